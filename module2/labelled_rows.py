"""Labelled server rows: the table that training reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import polars as pl

from capture.errors import EngineError, UnreadableInputError
from capture.logs import Logs
from module2.columns import FEATURES, ORIGIN
from module2.features import ROW_SCHEMA, server_rows
from training.inputs import read_input
from training.manifest import LabelledInput
from training.tables import TableError

TABLE_SCHEMA: Final[dict[str, pl.DataType]] = {
    "label": pl.Int64(),
    **{name: ROW_SCHEMA[name] for name in FEATURES},
    **{name: ROW_SCHEMA.get(name, pl.String()) for name in ORIGIN},
}
_LABELS: Final[dict[str, pl.DataType]] = {
    "server": pl.String(),
    "port": pl.Int64(),
    "label": pl.Int64(),
    "family": pl.String(),
    "role": pl.String(),
}
# A table of TLS records names the leaf certificate alone and no alerts.
_UNKNOWN_IN_TABLES: Final = ("avg_cert_path", "alert_ratio")


def rows_of_input(labelled: LabelledInput, logs: Logs) -> pl.DataFrame:
    """Return the server rows of an input whose servers have a label, as ``TABLE_SCHEMA``."""
    rows = server_rows(logs)
    if labelled.kind == "table":
        rows = rows.with_columns(
            pl.lit(None, dtype=pl.Float64).alias(name) for name in _UNKNOWN_IN_TABLES
        )
    labelled_rows = rows.join(_labels(rows, labelled), on=["server", "port"])
    return in_table_form(labelled_rows.with_columns(pl.lit(labelled.name).alias("capture")))


def in_table_form(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of ``TABLE_SCHEMA``, sorted by where a row comes from."""
    return rows.select(list(TABLE_SCHEMA)).sort("capture", "client", "server", "port", "proto")


def rows_of_inputs(
    inputs: Iterable[LabelledInput],
    on_failure: Callable[[str], None],
    read: Callable[[LabelledInput], Logs] = read_input,
) -> pl.DataFrame:
    """Return the labelled rows of all inputs; one that cannot be read is reported and left out."""
    tables = [pl.DataFrame(schema=TABLE_SCHEMA)]
    for labelled in inputs:
        try:
            tables.append(rows_of_input(labelled, read(labelled)))
        except (UnreadableInputError, EngineError, TableError) as error:
            on_failure(f"{labelled.name}: {error}")
    return in_table_form(pl.concat(tables))


def _labels(rows: pl.DataFrame, labelled: LabelledInput) -> pl.DataFrame:
    """Return label, family and role of each labelled (server, port) among the rows."""
    found = []
    for server, port in rows.select("server", "port").unique().sort("server", "port").iter_rows():
        label = labelled.label_of(server, port)
        if label is not None:
            found.append((server, port, int(label.malicious), label.family, label.role))
    return pl.DataFrame(found, schema=_LABELS, orient="row")
