"""Labelled folders of Zeek logs: ``Malicious/<name>/bro`` and ``Normal/<name>/bro``."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Final

import polars as pl

from capture.zeek_folder import read_folder
from capture.zeek_format import parse_log
from models.card import REPOSITORY
from module1.features import connection_rows
from module1.tables import in_table_form

DATASET: Final = REPOSITORY / "module2" / "dataset"
SIDES: Final = ("Malicious", "Normal")
LABELLED_CONN: Final = "conn_label.log"
ADDRESS_LIST: Final = "IPadr.txt"
_LABELS: Final = {"Malicious": 1, "Normal": 0}


class DatasetError(ValueError):
    """A data set or a folder of it that gives no rows; the message says why and what to do."""


def dataset_folders(data: Path) -> list[Path]:
    """Return the folders of logs by side and name; raises ``DatasetError`` when there are none."""
    found = [path for side in SIDES for path in sorted((data / side).glob("*/bro"))]
    if not found:
        raise DatasetError(
            f"{data}: no Malicious/<name>/bro or Normal/<name>/bro in it; put labelled logs there"
        )
    return found


def rows_of_folder(folder: Path) -> pl.DataFrame:
    """Return the TLS connections that are labelled Malicious or Normal.

    Labels are those of ``conn_label.log``; without it a connection has that of ``IPadr.txt`` if its
    client or server is listed there. The folder's name is their capture, and the family of the
    malicious ones. Raises ``DatasetError`` when there are none, and ``UnreadableInputError``.
    """
    rows = connection_rows(read_folder(folder))
    logged = folder / LABELLED_CONN
    labelled = _as_logged(rows, logged) if logged.exists() else _as_listed(rows, folder)
    if labelled.is_empty():
        raise DatasetError(f"{folder}: none of its labelled connections is TLS, so no rows")
    side, name = folder.parent.parent.name, folder.parent.name
    family = pl.when(pl.col("label") == 1).then(pl.lit(name)).otherwise(pl.lit(""))
    return in_table_form(
        labelled.with_columns(capture=pl.lit(f"{side}__{name}"), family=family, role=pl.lit(""))
    )


def _as_logged(rows: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return the rows that a conn log with labels calls malicious or normal."""
    conn = parse_log(_content(path), "conn", keep_extra=True)
    if "label" not in conn.columns:
        raise DatasetError(f"{path}: no column label; run python -m module2.label again")
    label = pl.col("label").replace_strict(_LABELS, default=None, return_dtype=pl.Int64)
    labels = conn.select(pl.col("uid").alias("eventId"), label.alias("label")).drop_nulls()
    return rows.join(labels.unique("eventId"), on="eventId", maintain_order="left")


def _as_listed(rows: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """Return the rows whose client or server the folder's address list names."""
    path = folder / ADDRESS_LIST
    first, *addresses = _content(path).decode("utf-8-sig", "replace").split() or [""]
    label = _LABELS.get(first.capitalize())
    if label is None:
        raise DatasetError(f"{path}: its first line must be Malicious or Normal")
    listed = [_address(path, address) for address in addresses]
    named = pl.col("srcAddress").is_in(listed) | pl.col("destAddress").is_in(listed)
    return rows.filter(named).with_columns(label=pl.lit(label))


def _address(path: Path, text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise DatasetError(f"{path}: {text!r} is no IP address") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: {(error.strerror or 'unreadable').lower()}") from None
