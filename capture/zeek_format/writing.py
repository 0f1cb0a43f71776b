"""A set of log tables to files, in either of Zeek's forms."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, Literal

import polars as pl

from capture.logs import LogBatches
from capture.schema import SCHEMAS
from capture.zeek_format.json_text import json_text
from capture.zeek_format.tab_separated_text import tab_separated_header, tab_separated_rows

Form = Literal["tsv", "json"]
# The work is done in polars, which needs no more threads of ours; each takes memory.
_LOGS_AT_A_TIME: Final = 2


def write_logs(logs: LogBatches, folder: Path, form: Form = "tsv") -> None:
    """Write conn.log, ssl.log, x509.log and dns.log into the folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_LOGS_AT_A_TIME) as threads:
        list(threads.map(partial(_write_log, logs, folder, form), SCHEMAS))


def _write_log(logs: LogBatches, folder: Path, form: Form, name: str) -> None:
    with (folder / f"{name}.log").open("wb") as log:
        for text in _texts(logs.batches(name), name, form):
            log.write(text)


def log_bytes(table: pl.DataFrame, name: str, form: Form = "tsv") -> bytes:
    """Return the bytes of one log file."""
    return b"".join(_texts(iter([table]), name, form))


def _texts(batches: Iterator[pl.DataFrame], name: str, form: Form) -> Iterator[bytes]:
    """Yield the parts of a log file."""
    for number, batch in enumerate(batches):
        if form == "json":
            yield json_text(batch)
        else:
            if not number:
                yield tab_separated_header(batch, name)
            yield tab_separated_rows(batch)
