"""The labelled TLS connections of a dataset folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from capture.zeek_folder import read_folder
from capture.zeek_format import parse_log
from module1.features import connection_rows
from module1.tables import in_table_form
from training.dataset_folders import (
    ADDRESS_LIST,
    LABELLED_CONN,
    DatasetError,
    DatasetFolder,
    command,
    read_address_list,
)

_LABELS: Final = {"Malicious": 1, "Normal": 0}


def rows_of_folder(folder: DatasetFolder) -> pl.DataFrame:
    """Return the TLS connections that are labelled Malicious or Normal.

    Labels are those of ``conn_label.log``; without it a connection has that of ``IPadr.txt`` if its
    client or server is listed there. The folder's name is their capture, and the family of the
    malicious ones. Raises ``DatasetError`` when there are none, and ``UnreadableInputError``.
    """
    rows = connection_rows(read_folder(folder.logs))
    logged = folder.logs / LABELLED_CONN
    labelled = _as_logged(rows, folder) if logged.exists() else _as_listed(rows, folder.logs)
    if labelled.is_empty():
        raise DatasetError(f"{folder.logs}: none of its labelled connections is TLS, so no rows")
    family = pl.when(pl.col("label") == 1).then(pl.lit(folder.name)).otherwise(pl.lit(""))
    capture = pl.lit(f"{folder.side}__{folder.name}")
    return in_table_form(labelled.with_columns(capture=capture, family=family, role=pl.lit("")))


def _as_logged(rows: pl.DataFrame, folder: DatasetFolder) -> pl.DataFrame:
    """Return the rows that a conn log with labels calls malicious or normal."""
    path = folder.logs / LABELLED_CONN
    conn = parse_log(_content(path), "conn", keep_extra=True)
    if "label" not in conn.columns:
        again = command("label module2", folder.data)
        raise DatasetError(f"{path}: no column label; run again {again}")
    label = pl.col("label").replace_strict(_LABELS, default=None, return_dtype=pl.Int64)
    labels = conn.select(pl.col("uid").alias("eventId"), label.alias("label")).drop_nulls()
    return rows.join(labels.unique("eventId"), on="eventId", maintain_order="left")


def _as_listed(rows: pl.DataFrame, logs: Path) -> pl.DataFrame:
    """Return the rows whose client or server the folder's address list names."""
    listed = read_address_list(logs / ADDRESS_LIST)
    addresses = sorted(listed.addresses)
    named = pl.col("srcAddress").is_in(addresses) | pl.col("destAddress").is_in(addresses)
    return rows.filter(named).with_columns(label=pl.lit(_LABELS[listed.label]))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: {(error.strerror or 'unreadable').lower()}") from None
