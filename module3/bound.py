"""The most that any model can reach on the table: rows of different classes that look alike.

python -m module3.bound

An oracle that has seen every label names each row without a byte of data by
the class that is most frequent among the rows equal to it, and all other rows rightly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from module3.columns import COLUMNS
from module3.figures import Named, figures
from module3.model_columns import BASE
from module3.public_tables import LABEL
from module3.training_rows import DATA, SOURCE, TABLE, read_training_rows
from training.tables import TableError

_DURATION: Final = "Flow Duration"
_TIMES: Final = frozenset(column.name for column in COLUMNS if column.unit == "seconds")
_SENT: Final = tuple(name for name in BASE if name not in _TIMES)
_DATA: Final = pl.col("TotLen Fwd Pkts") + pl.col("TotLen Bwd Pkts")
_MICROSECONDS: Final = 1e6
_OCTAVE: Final = "octave"


def oracle(rows: pl.DataFrame, *, durations: bool) -> list[str]:
    """Return what the oracle calls each row, from all columns but times.

    With ``durations`` it also knows between which powers of two microseconds the duration lies,
    and learns by heart what is rare there, as no model can.
    """
    octave = (pl.col(_DURATION) * _MICROSECONDS + 1).log(2).floor().alias(_OCTAVE)
    keys = [SOURCE, *_SENT, *([_OCTAVE] if durations else [])]
    numbered = rows.with_row_index("row").with_columns(octave, data=_DATA > 0)
    counted = numbered.filter(~pl.col("data")).group_by([*keys, LABEL]).len()
    frequent = counted.sort(["len", LABEL], descending=[True, False]).unique(
        keys, keep="first", maintain_order=True
    )
    called = numbered.join(
        frequent.select(*keys, pl.col(LABEL).alias("called")),
        on=keys,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    names = pl.when(pl.col("data")).then(LABEL).otherwise("called")
    return called.select(names).to_series().to_list()


def bounds(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the oracle's figures by source, without times and with durations."""
    found: dict[str, dict[str, Any]] = {}
    for durations, what in ((False, "without times"), (True, "with durations")):
        named = rows.with_columns(pl.Series("called", oracle(rows, durations=durations)))
        for (source,), part in named.group_by(SOURCE, maintain_order=True):
            found[f"{source} {what}"] = figures(
                Named(part[LABEL].to_list(), part["called"].to_list())
            )
    return found


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module3.bound",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="folder of the table (module3/data)"
    )
    try:
        found = bounds(read_training_rows(parser.parse_args(argv).data / TABLE))
    except TableError as error:
        print(error, file=sys.stderr)
        return 3
    for name, measured in found.items():
        print(f"{name}: macro F1 over the five {measured['macro_f1_of_five']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
