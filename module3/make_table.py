"""Makes the training table from public flow tables, one source each.

Only the columns that the models read are kept, and of equal rows one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from module3.public_tables import read_flows
from module3.training_rows import DATA, SOURCE, TABLE, TABLE_SCHEMA, distinct
from training.progress import warn
from training.tables import TableError, write_table

_EXAMPLE = """example:
  python -m module3.make_table 2017=cic-ids2017.csv.gz 2018=cse-cic-ids2018.csv.gz"""


def make_table(sources: Mapping[str, Path]) -> pl.DataFrame:
    """Return the distinct rows of the tables, by name of their source; raises ``TableError``."""
    parts = [
        read_flows(path, warn).with_columns(pl.lit(name).alias(SOURCE))
        for name, path in sorted(sources.items())
    ]
    rows = distinct(pl.concat(parts).select(list(TABLE_SCHEMA)))
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
        "--data", type=Path, default=DATA, metavar="DIR", help="where it goes (module3/data)"
    )
    arguments = parser.parse_args(argv)
    sources = dict(source.partition("=")[::2] for source in arguments.sources)
    try:
        rows = make_table({name: Path(file) for name, file in sources.items()})
    except TableError as error:
        print(error, file=sys.stderr)
        return 3
    write_table(arguments.data / TABLE, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
