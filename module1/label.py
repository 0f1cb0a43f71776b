"""Makes the tables of labelled TLS connections that training reads; features are part of them.

A manifest and its servers give connections.csv.gz. A data set of labelled folders,
Malicious/<name>/bro and Normal/<name>/bro, gives added.csv.gz: Zeek logs with conn_label.log or
IPadr.txt beside them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import polars as pl

from capture.errors import EngineError, UnreadableInputError
from module1.contest import read_contest
from module1.features import connection_rows
from module1.folder_rows import rows_of_folder
from module1.tables import (
    ADDED,
    CONNECTIONS,
    CONNECTIONS_SCHEMA,
    CONTEST,
    DATA,
    in_table_form,
)
from training.dataset_folders import DATASET, DatasetError, dataset_folders
from training.inputs import read_input
from training.manifest import LabelledInput, ManifestError, read_labelled
from training.progress import tracked, warn
from training.tables import TableError, replace_table

_EXAMPLE = """example:
  python -m module1.label --manifest captures/manifest.csv --servers captures/servers.csv
  python -m module1.train --models /tmp/models"""
_LABELS = {
    "destAddress": pl.String(),
    "destPort": pl.Int64(),
    "label": pl.Int64(),
    "family": pl.String(),
    "role": pl.String(),
}


def labelled_rows(rows: pl.DataFrame, source: LabelledInput) -> pl.DataFrame:
    """Return the connections to labelled servers, with label (1 malicious) and origin columns.

    ``family`` and ``role`` are empty where the server has none. Connections to servers without a
    label are left out.
    """
    servers = rows.select("destAddress", "destPort").unique().drop_nulls()
    labels = [
        (address, port, int(label.malicious), label.family, label.role)
        for address, port in servers.iter_rows()
        if (label := source.label_of(address, port)) is not None
    ]
    known = pl.DataFrame(labels, schema=_LABELS, orient="row")
    labelled = rows.join(known, on=["destAddress", "destPort"], maintain_order="left")
    return in_table_form(labelled.with_columns(capture=pl.lit(source.name)))


def rows_of_inputs(
    inputs: Iterable[LabelledInput], on_warning: Callable[[str], None]
) -> pl.DataFrame:
    """Return the labelled connections of all inputs; one that cannot be read gives a warning."""
    tables = [pl.DataFrame(schema=CONNECTIONS_SCHEMA)]
    for source in inputs:
        try:
            logs = read_input(source)
        except (UnreadableInputError, EngineError, TableError) as error:
            on_warning(str(error))
            continue
        tables.append(labelled_rows(connection_rows(logs), source))
    return in_table_form(pl.concat(tables))


def rows_of_folders(data: Path, on_warning: Callable[[str], None]) -> pl.DataFrame:
    """Return the labelled connections of a data set; a folder without any gives a warning.

    Raises ``DatasetError`` when there is no labelled folder.
    """
    tables = [pl.DataFrame(schema=CONNECTIONS_SCHEMA)]
    for folder in tracked(dataset_folders(data), "connections"):
        try:
            tables.append(rows_of_folder(folder))
        except (DatasetError, UnreadableInputError) as error:
            on_warning(str(error))
    return in_table_form(pl.concat(tables))


def run(
    data: Path | None = None,
    manifest: Path | None = None,
    servers: Path | None = None,
    contest: Path | None = None,
) -> None:
    """Make the tables of a manifest, of the contest's records, or else of a data set.

    Tables go to ``data``, which is also where the data set is. Without it they go to
    ``module1/data``, where those of a manifest replace what is shipped, and the data set is
    ``module2/dataset``. Raises ``DatasetError``, ``ManifestError`` and ``TableError``.
    """
    tables = data or DATA
    is_shipped = tables.resolve() == DATA
    if manifest is not None:
        inputs = tracked(read_labelled(manifest, servers), "connections")
        replace_table(tables / CONNECTIONS, rows_of_inputs(inputs, warn), is_shipped=is_shipped)
    if contest is not None:
        replace_table(tables / CONTEST, read_contest(contest), is_shipped=is_shipped)
    if manifest is None and contest is None:
        replace_table(tables / ADDED, rows_of_folders(data or DATASET, warn))


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module1.label",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="data set, and where tables go (module2/dataset and module1/data)",
    )
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE", help="read labelled captures from a manifest"
    )
    parser.add_argument(
        "--servers", type=Path, metavar="FILE", help="labels (servers.csv beside the manifest)"
    )
    parser.add_argument(
        "--contest", type=Path, metavar="FILE", help="bring the contest's records into our columns"
    )
    arguments = parser.parse_args(argv)
    try:
        run(arguments.data, arguments.manifest, arguments.servers, arguments.contest)
    except (DatasetError, ManifestError, TableError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
