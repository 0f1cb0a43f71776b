"""A set of log tables to files, in either of Zeek's forms."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import polars as pl

from capture.logs import Logs
from capture.schema import SCHEMAS
from capture.zeek_format.json_text import json_text
from capture.zeek_format.tab_separated_text import tab_separated_text

Form = Literal["tsv", "json"]


def write_logs(logs: Logs, folder: Path, form: Form = "tsv") -> None:
    """Write conn.log, ssl.log, x509.log and dns.log into the folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        (folder / f"{name}.log").write_bytes(log_bytes(logs.table(name), name, form))


def log_bytes(table: pl.DataFrame, name: str, form: Form = "tsv") -> bytes:
    """Return the bytes of one log file."""
    return json_text(table) if form == "json" else tab_separated_text(table, name)
