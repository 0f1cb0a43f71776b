"""The conn log of a labelled folder with what is known of each flow."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from capture.zeek_format import parse_log
from training.dataset_folders import (
    LABELLED_CONN,
    SIDES,
    DatasetError,
    DatasetFolder,
    command,
)

ORIGIN: Final = ("capture", "family", "role")
_MALICIOUS, _NORMAL = SIDES


def read_labelled_conn(folder: DatasetFolder) -> pl.DataFrame:
    """Return ``conn_label.log``: ``label`` is 1, 0 or null; ``ORIGIN`` says where a flow is from.

    A folder that was made from a manifest has the origin in its log. Any other is the capture, and
    the family of its malicious flows. Raises ``DatasetError`` and ``UnreadableInputError``.
    """
    path = folder.logs / LABELLED_CONN
    conn = parse_log(_content(path, folder), "conn", keep_extra=True)
    if "label" not in conn.columns:
        again = command("label module2", folder.data)
        raise DatasetError(f"{path}: no column label; run again {again}")
    malicious = pl.col("label") == _MALICIOUS
    of_folder = {
        "capture": pl.lit(folder.capture),
        "family": pl.when(malicious).then(pl.lit(folder.name)).otherwise(pl.lit("")),
        "role": pl.lit(""),
    }
    missing = {name: of_folder[name] for name in ORIGIN if name not in conn.columns}
    label = pl.col("label").replace_strict({_MALICIOUS: 1, _NORMAL: 0}, default=None)
    return conn.with_columns(**missing).with_columns(
        label.cast(pl.Int64), pl.col("family", "role").fill_null("")
    )


def _content(path: Path, folder: DatasetFolder) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        first = command("label module2", folder.data)
        raise DatasetError(f"{path}: not there; first run {first}") from None
    except OSError as error:
        raise DatasetError(f"{path}: {(error.strerror or 'unreadable').lower()}") from None
