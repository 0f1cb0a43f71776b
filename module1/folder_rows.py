"""The labelled TLS connections of a dataset folder."""

from __future__ import annotations

from typing import Final

import polars as pl

from capture.zeek_folder import read_folder
from module1.features import connection_rows
from module1.tables import in_table_form
from training.dataset_folders import (
    ADDRESS_LIST,
    LABELLED_CONN,
    DatasetError,
    DatasetFolder,
    read_address_list,
)
from training.labelled_conn import ORIGIN, read_labelled_conn

_LABELS: Final = {"Malicious": 1, "Normal": 0}


def rows_of_folder(folder: DatasetFolder) -> pl.DataFrame:
    """Return the TLS connections that are labelled Malicious or Normal.

    Labels are those of ``conn_label.log``; without it a connection has that of ``IPadr.txt`` if its
    client or server is listed there. The folder is their capture, and its name the family of the
    malicious ones, unless the log knows better. Raises ``DatasetError`` when there are none, and
    ``UnreadableInputError``.
    """
    rows = connection_rows(read_folder(folder.logs))
    logged = folder.logs / LABELLED_CONN
    labelled = _as_logged(rows, folder) if logged.exists() else _as_listed(rows, folder)
    if labelled.is_empty():
        raise DatasetError(f"{folder.logs}: none of its labelled connections is TLS, so no rows")
    return in_table_form(labelled)


def _as_logged(rows: pl.DataFrame, folder: DatasetFolder) -> pl.DataFrame:
    """Return the rows that a conn log with labels calls malicious or normal."""
    conn = (
        read_labelled_conn(folder)
        .drop_nulls("label")
        .unique("uid", keep="first", maintain_order=True)
    )
    labels = conn.select(pl.col("uid").alias("eventId"), "label", *ORIGIN)
    return rows.join(labels, on="eventId", maintain_order="left")


def _as_listed(rows: pl.DataFrame, folder: DatasetFolder) -> pl.DataFrame:
    """Return the rows whose client or server the folder's address list names."""
    listed = read_address_list(folder.logs / ADDRESS_LIST)
    addresses = sorted(listed.addresses)
    named = pl.col("srcAddress").is_in(addresses) | pl.col("destAddress").is_in(addresses)
    label = _LABELS[listed.label]
    return rows.filter(named).with_columns(
        label=pl.lit(label),
        capture=pl.lit(folder.capture),
        family=pl.lit(folder.name if label else ""),
        role=pl.lit(""),
    )
