"""Log bytes to a table, whichever of Zeek's two forms they are in."""

from __future__ import annotations

from typing import Final

import polars as pl

from capture.schema import SCHEMAS, Schema
from capture.zeek_format.json_lines import parse_json_lines
from capture.zeek_format.parsed import ParsedLog
from capture.zeek_format.tab_separated import parse_tab_separated

_BEGINNING: Final = 1 << 12


def parse_log(content: bytes, name: str, *, keep_extra: bool = False) -> pl.DataFrame:
    """Return the rows of a conn, ssl, x509 or dns log, in the file's order.

    Every column of ``capture.schema`` is there, null where the log lacks it. ``keep_extra`` keeps
    the log's other columns too, as text, after those. Raises ``UnreadableInputError`` for anything
    that is not a Zeek log.
    """
    return parse_columns(content, SCHEMAS[name], keep_extra=keep_extra).table


def parse_columns(content: bytes, schema: Schema, *, keep_extra: bool = False) -> ParsedLog:
    """Return the wanted columns of any Zeek log, and what had to be skipped."""
    beginning = content[:_BEGINNING].lstrip()
    if not beginning and not content.strip():
        return ParsedLog(pl.DataFrame(schema=schema), {})
    parse = parse_json_lines if beginning.startswith(b"{") else parse_tab_separated
    return parse(content, schema, keep_extra)
