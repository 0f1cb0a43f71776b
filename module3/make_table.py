"""Makes the training table from labelled flow tables, one source each.

Only the columns that the models read are kept, and of equal rows one. Your own flows are a source
too: "project.py flows CAPTURE --out flows.csv" writes them, its column Label is yours to fill.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from module3.public_tables import read_flows
from module3.training_rows import (
    DATA,
    SOURCE,
    TABLE,
    TABLE_SCHEMA,
    distinct,
    read_training_rows,
)
from training.progress import warn
from training.tables import TableError, write_table

_EXAMPLE = """example:
  python -m module3.make_table 2017=cic-ids2017.csv.gz 2018=cse-cic-ids2018.csv.gz
  python -m module3.make_table --with-shipped office=flows.csv --data mine"""


def make_table(sources: Mapping[str, Path], *, with_shipped: bool = False) -> pl.DataFrame:
    """Return the distinct rows of the tables, by name of their source; raises ``TableError``.

    Those of the shipped table may be among them.
    """
    parts = [
        read_flows(path, warn).with_columns(pl.lit(name).alias(SOURCE)).select(list(TABLE_SCHEMA))
        for name, path in sorted(sources.items())
    ]
    if with_shipped:
        parts.append(read_training_rows(DATA / TABLE))
    rows = distinct(pl.concat(parts))
    return rows.sort(SOURCE, "Label", maintain_order=True)


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module3.make_table",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", metavar="NAME=FILE", help="a source and its table")
    parser.add_argument(
        "--with-shipped", action="store_true", help="keep the rows of the shipped table too"
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="where it goes (module3/data)"
    )
    arguments = parser.parse_args(argv)
    sources = dict(source.partition("=")[::2] for source in arguments.sources)
    try:
        rows = make_table(
            {name: Path(file) for name, file in sources.items()},
            with_shipped=arguments.with_shipped,
        )
    except TableError as error:
        print(error, file=sys.stderr)
        return 3
    write_table(arguments.data / TABLE, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
