"""Labels each flow of labelled captures: conn.log plus a label, as ``conn_label.log``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from capture.errors import EngineError, UnreadableInputError
from capture.zeek_folder import find_log_files, read_folder
from capture.zeek_format import write_logs
from capture.zeek_format.tab_separated_text import tab_separated_text
from module2.capture_logs import make_logs
from training.dataset_folders import (
    ADDRESS_LIST,
    DATASET,
    LABELLED_CONN,
    SIDES,
    AddressList,
    DatasetError,
    DatasetFolder,
    dataset_folders,
    read_address_list,
)
from training.inputs import read_input
from training.manifest import LabelledInput, ManifestError, read_labelled
from training.progress import tracked, warn
from training.tables import TableError

BACKGROUND = "Background"
_KNOWN = ("label", "family", "role")
_EXAMPLE = """example:
  module2/dataset/Malicious/2017-10-09-Adwind/bro/conn.log, ssl.log, x509.log, dns.log
  module2/dataset/Malicious/2017-10-09-Adwind/bro/IPadr.txt:
      Malicious
      103.68.223.153
  python -m module2.label"""


def label_flows(conn: pl.DataFrame, listed: AddressList) -> pl.DataFrame:
    """Return the conn table with a column ``label``.

    A flow whose server or client is listed has the list's label, every other is Background.
    """
    addresses = sorted(listed.addresses)
    is_listed = pl.col("id.resp_h").is_in(addresses) | pl.col("id.orig_h").is_in(addresses)
    return conn.with_columns(
        pl.when(is_listed).then(pl.lit(listed.label)).otherwise(pl.lit(BACKGROUND)).alias("label")
    )


def label_flows_of_input(conn: pl.DataFrame, labelled: LabelledInput) -> pl.DataFrame:
    """Return the conn table with a column ``label`` from the labelled servers of a manifest.

    Columns ``capture``, ``family`` and ``role`` say where a flow is from, as in the manifest's own
    table, so that a row of either is known by the same names.
    """
    malicious, normal = SIDES
    labels = []
    for server, port in conn.select("id.resp_h", "id.resp_p").unique().iter_rows():
        label = labelled.label_of(server, port)
        if label is not None:
            side = malicious if label.malicious else normal
            labels.append((server, port, side, label.family, label.role))
    schema = {"id.resp_h": pl.String, "id.resp_p": pl.Int64, **dict.fromkeys(_KNOWN, pl.String)}
    known = pl.DataFrame(labels, schema=schema, orient="row")
    joined = conn.join(known, on=["id.resp_h", "id.resp_p"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("label").fill_null(BACKGROUND), capture=pl.lit(labelled.name))


def label_folder(folder: DatasetFolder, on_warning: Callable[[str], None]) -> int:
    """Write ``conn_label.log`` beside the logs and return the number of labelled flows.

    Logs are made of captures beside the log folder. Raises ``DatasetError``,
    ``UnreadableInputError`` or ``EngineError`` when there is nothing to label; then no labels of
    before are left, unless somebody gave them without an address list.
    """
    addresses = folder.logs / ADDRESS_LIST
    if addresses.exists():
        (folder.logs / LABELLED_CONN).unlink(missing_ok=True)
    listed = read_address_list(addresses)
    make_logs(folder, on_warning)
    conn = read_folder(folder.logs).conn
    if conn.is_empty():
        raise DatasetError(f"{folder.logs}: no conn.log, or no row in it; nothing was labelled")
    if "ssl" not in find_log_files(folder.logs):
        on_warning(f"{folder.logs}: no ssl.log, so it will give no server rows")
    labelled = label_flows(conn, listed)
    count = labelled.filter(pl.col("label") != BACKGROUND).height
    if count == 0:
        on_warning(f"{folder.logs}: no address of {ADDRESS_LIST} appears in conn.log")
    write_labelled(folder.logs, labelled)
    return count


def write_labelled(logs: Path, labelled: pl.DataFrame) -> None:
    """Write ``conn_label.log`` into a folder of logs."""
    (logs / LABELLED_CONN).write_bytes(tab_separated_text(labelled, "conn_label"))


def label_input(labelled: LabelledInput, data: Path) -> None:
    """Write the logs of an input of a manifest, labelled, as a folder of the data set."""
    malicious, normal = SIDES
    side = malicious if any(label.malicious for label in labelled.servers.values()) else normal
    logs = read_input(labelled)
    folder = data / side / labelled.name / "bro"
    write_logs(logs, folder)
    write_labelled(folder, label_flows_of_input(logs.conn, labelled))


def run(data: Path, manifest: Path | None = None, servers: Path | None = None) -> None:
    """Label a data set, or make one from a manifest; what cannot be labelled gives a warning.

    Raises ``ManifestError``, and ``DatasetError`` when nothing can be labelled.
    """
    steps: list[Callable[[], object]]
    if manifest is None:
        steps = [partial(label_folder, folder, warn) for folder in dataset_folders(data)]
    else:
        inputs = read_labelled(manifest, servers)
        steps = [partial(label_input, labelled, data) for labelled in inputs]
    done = [_is_done(step) for step in tracked(steps, "label")]
    if not any(done):
        raise DatasetError(f"{manifest or data}: nothing in it could be labelled")


def _is_done(step: Callable[[], object]) -> bool:
    """Take a step; one that fails gives a warning."""
    try:
        step()
    except (DatasetError, UnreadableInputError, EngineError, TableError) as error:
        warn(str(error))
        return False
    return True


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module2.label",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATASET, metavar="DIR", help="data set (module2/dataset)"
    )
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE", help="make a data set at --data from a manifest"
    )
    parser.add_argument(
        "--servers", type=Path, metavar="FILE", help="labels (servers.csv beside the manifest)"
    )
    arguments = parser.parse_args(argv)
    try:
        run(arguments.data, arguments.manifest, arguments.servers)
    except (DatasetError, ManifestError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
