"""Zeek's JSON log form: one object a line, unset fields left out."""

from __future__ import annotations

import json

import polars as pl
from polars.exceptions import PolarsError

from capture.errors import UnreadableInputError
from capture.schema import Schema
from capture.zeek_format.column_types import with_types
from capture.zeek_format.parsed import CUT_LINE, ParsedLog

_MILLISECONDS_FROM = 1e11  # a time beyond the year 5000 was written in milliseconds
_TIMES = ("ts", "certificate.not_valid_before", "certificate.not_valid_after")


def parse_json_lines(content: bytes, schema: Schema, keep_extra: bool) -> ParsedLog:
    """Parse a log whose times are epoch seconds, epoch milliseconds or ISO 8601."""
    text_schema: Schema = {
        name: pl.List(pl.String()) if isinstance(kind, pl.List) else pl.String()
        for name, kind in schema.items()
    }
    cut = 0
    try:
        raw = _read_all(content, text_schema, keep_extra)
    except PolarsError:
        raw, cut = _read_line_by_line(content, text_schema, keep_extra)
    table = _seconds(with_types(raw, schema))
    return ParsedLog(table, {CUT_LINE: cut} if cut else {})


def _read_all(content: bytes, text_schema: Schema, keep_extra: bool) -> pl.DataFrame:
    if keep_extra:
        names = pl.read_ndjson(content, infer_schema_length=None).columns
        text_schema = text_schema | {name: pl.String() for name in names if name not in text_schema}
    return pl.read_ndjson(content, schema=text_schema)


def _read_line_by_line(
    content: bytes, text_schema: Schema, keep_extra: bool
) -> tuple[pl.DataFrame, int]:
    lines = [line for line in content.splitlines() if line.strip()]
    rows = [row for row in map(_object, lines) if row is not None]
    if not rows:
        raise UnreadableInputError("not a Zeek log: no line is a whole JSON object")
    if keep_extra:
        names = {name: pl.String() for row in rows for name in row}
        text_schema = text_schema | {
            name: names[name] for name in sorted(names) if name not in text_schema
        }
    columns = {
        name: [_text(row.get(name), isinstance(kind, pl.List)) for row in rows]
        for name, kind in text_schema.items()
    }
    return pl.DataFrame(columns, schema=text_schema), len(lines) - len(rows)


def _object(line: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return {_whole(name): item for name, item in value.items()} if isinstance(value, dict) else None


def _whole(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON can hold and tables cannot."""
    return text.encode("utf-8", "backslashreplace").decode()


def _text(value: object, as_list: bool) -> str | list[str | None] | None:
    if as_list:
        items = value if isinstance(value, list) else [value]
        return None if value is None else [_scalar(item) for item in items]
    return _scalar(value)


def _scalar(value: object) -> str | None:
    if isinstance(value, str):
        return _whole(value)
    return None if value is None else json.dumps(value)


def _seconds(table: pl.DataFrame) -> pl.DataFrame:
    if "ts" not in table.columns or not (table["ts"] > _MILLISECONDS_FROM).any():
        return table
    times = [name for name in _TIMES if table.schema.get(name) == pl.Float64]
    return table.with_columns(pl.col(name) / 1e3 for name in times)
