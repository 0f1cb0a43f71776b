"""Makes the tables that training reads, from a labelled data set or a manifest.

Each labelled folder of the data set gives data_model/<name>.csv, and all of them together
data_model/merged.csv; a manifest gives data_model/servers.csv.gz. Folders are labelled first, with
python project.py label.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from capture.errors import UnreadableInputError
from capture.zeek_folder import find_log_files, read_folder
from module2.columns import KEY
from module2.connections import flows_of, tls_connections
from module2.ctu_table import read_ctu_table
from module2.features import server_rows
from module2.labelled_rows import TABLE_SCHEMA, in_table_form, rows_of_inputs
from module2.table_names import CTU_TABLE, MERGED_TABLE, SHIPPED_TABLE, TABLES
from training.dataset_folders import (
    DATASET,
    DatasetError,
    DatasetFolder,
    dataset_folders,
)
from training.labelled_conn import ORIGIN, read_labelled_conn
from training.manifest import ManifestError, read_labelled
from training.progress import tracked, warn
from training.tables import TableError, replace_table, write_table

_EXAMPLE = """example:
  python -m module2.label
  python -m module2.features
  python -m module2.train --models /tmp/models"""


def rows_of_folder(folder: DatasetFolder) -> pl.DataFrame:
    """Return the labelled server rows of one folder, as ``TABLE_SCHEMA``.

    A server is malicious if one of its flows is labelled so, else normal if one is; servers with
    background flows alone are left out. Raises ``DatasetError`` when the folder gives no rows, and
    ``UnreadableInputError``.
    """
    if "ssl" not in _log_names(folder):
        raise DatasetError(f"{folder.logs}: no ssl.log, so no rows")
    labels = read_labelled_conn(folder)
    logs = read_folder(folder.logs)
    rows = server_rows(logs)
    if rows.is_empty():
        raise DatasetError(f"{folder.logs}: no TLS connection, so no rows; is ssl.log complete?")
    labelled = rows.join(_labelled_servers(flows_of(labels, tls_connections(logs))), on=KEY)
    if labelled.is_empty():
        raise DatasetError(f"{folder.logs}: none of its labelled addresses spoke TLS, so no rows")
    return in_table_form(labelled)


def _log_names(folder: DatasetFolder) -> set[str]:
    return set(find_log_files(folder.logs)) if folder.logs.is_dir() else set()


def _labelled_servers(flows: pl.DataFrame) -> pl.DataFrame:
    """Return label, capture, family and role of each server that has a labelled flow."""
    of_its_label = pl.col("label") == pl.col("label").max()
    known = flows.drop_nulls("label").group_by(KEY)
    return known.agg(pl.col("label").max(), pl.col(ORIGIN).filter(of_its_label).first())


def make_from_folders(data: Path) -> None:
    """Write one table a labelled folder and the merged one; a folder without rows is warned of.

    Raises ``DatasetError`` when there is no labelled folder, ``TableError`` when none gives rows.
    """
    tables = [pl.DataFrame(schema=TABLE_SCHEMA)]
    folders = dataset_folders(data)
    for folder in tracked(folders, "features"):
        try:
            rows = rows_of_folder(folder)
        except (DatasetError, UnreadableInputError) as error:
            warn(str(error))
            continue
        write_table(data / TABLES / _table_name(folder, folders), rows)
        tables.append(rows)
    replace_table(data / TABLES / MERGED_TABLE, in_table_form(pl.concat(tables)))


def _table_name(folder: DatasetFolder, folders: Sequence[DatasetFolder]) -> str:
    """Return ``<name>.csv``, with the side before it where that would name another table too."""
    taken = [other.name for other in folders] + [Path(MERGED_TABLE).stem]
    return f"{folder.name if taken.count(folder.name) == 1 else folder.capture}.csv"


def make_from_manifest(data: Path, manifest: Path, servers: Path | None) -> None:
    """Write the table of all labelled servers of a manifest, in place of the one that is shipped.

    Raises ``ManifestError``, and ``TableError`` when there are none.
    """
    inputs = tracked(read_labelled(manifest, servers), "features")
    _replace(data, SHIPPED_TABLE, rows_of_inputs(inputs, warn))


def _replace(data: Path, name: str, rows: pl.DataFrame) -> None:
    replace_table(data / TABLES / name, rows, is_shipped=data.resolve() == DATASET)


def run(
    data: Path, manifest: Path | None = None, servers: Path | None = None, ctu: Path | None = None
) -> None:
    """Make the tables of a data set, or those of a manifest and of the CTU table."""
    if manifest is not None:
        make_from_manifest(data, manifest, servers)
    if ctu is not None:
        _replace(data, CTU_TABLE, read_ctu_table(ctu))
    if manifest is None and ctu is None:
        make_from_folders(data)


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module2.features",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATASET, metavar="DIR", help="data set (module2/dataset)"
    )
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE", help="read labelled captures from a manifest"
    )
    parser.add_argument(
        "--servers", type=Path, metavar="FILE", help="labels (servers.csv beside the manifest)"
    )
    parser.add_argument(
        "--ctu", type=Path, metavar="FILE", help="bring the CTU table of 2017 into our columns"
    )
    arguments = parser.parse_args(argv)
    try:
        run(arguments.data, arguments.manifest, arguments.servers, arguments.ctu)
    except (DatasetError, ManifestError, TableError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0
