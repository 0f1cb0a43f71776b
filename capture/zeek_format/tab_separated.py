"""Zeek's own log form: tab-separated fields below a header of ``#`` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import polars as pl
from polars.exceptions import ComputeError

from capture.errors import UnreadableInputError
from capture.schema import Schema
from capture.zeek_format.column_types import with_types
from capture.zeek_format.escapes import unescape
from capture.zeek_format.parsed import CUT_LINE, ParsedLog

_FIELDS = b"#fields"
_HEADER_BYTES = 1 << 14
# Each change of the header costs as much as a small log: a file full of them is none.
_MOST_HEADERS = 1000
_MOST_COLUMNS = 1000


class _Marks(NamedTuple):
    """The strings that structure a log, as its header gives them."""

    separator: str = "\t"
    set_separator: str = ","
    empty_field: str = "(empty)"
    unset_field: str = "-"


def parse_tab_separated(content: bytes, schema: Schema, keep_extra: bool) -> ParsedLog:
    """Parse a log, or several that were put one after the other, each with its header."""
    if b"\r" in content[:_HEADER_BYTES]:  # elsewhere Zeek escapes it
        content = content.replace(b"\r\n", b"\n")
    marks = _read_marks(content[:_HEADER_BYTES])
    parts = [
        _parse_rows(rows, _names(fields, marks), marks, schema, keep_extra)
        for fields, rows in _tables(content)
    ]
    cut = sum(part.skipped.get(CUT_LINE, 0) for part in parts)
    table = pl.concat([part.table for part in parts], how="diagonal")
    return ParsedLog(table, {CUT_LINE: cut} if cut else {})


def _tables(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return each header that differs from the one before, and the rows up to the next such one."""
    tables = [
        (fields, b"".join(content[start:end] for _, start, end in sections))
        for fields, sections in groupby(_sections(content), key=itemgetter(0))
    ]
    if not tables:
        raise UnreadableInputError("not a Zeek log: neither JSON lines nor a #fields header")
    if len(tables) > _MOST_HEADERS:
        raise UnreadableInputError(f"not a Zeek log: its header changes {len(tables)} times")
    return tables


def _sections(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each ``#fields`` line and where the rows below it begin and end."""
    found = content.find(_FIELDS)
    while found >= 0:
        line_end = content.find(b"\n", found)
        line_end = line_end if line_end >= 0 else len(content)
        following = content.find(b"\n" + _FIELDS, line_end)
        end = following + 1 if following >= 0 else len(content)
        if found == 0 or content[found - 1] == ord("\n"):
            yield content[found:line_end], line_end + 1, end
        found = following + 1 if following >= 0 else -1


def _read_marks(head: bytes) -> _Marks:
    found = {}
    separator = re.search(rb"^#separator (\S+)$", head, re.MULTILINE)
    if separator:
        found["separator"] = _separator(separator[1].decode("latin-1"))
    split = re.escape(found.get("separator", "\t"))
    for name in ("set_separator", "empty_field", "unset_field"):
        line = re.search(f"^#{name}{split}(.*)$", head.decode("latin-1"), re.MULTILINE)
        if line:
            found[name] = line[1]
    return _Marks(**found)


def _separator(written: str) -> str:
    separator = str(unescape(pl.Series([written]))[0])
    if len(separator) != 1 or not separator.isascii() or separator in '\n\r#\\"':
        raise UnreadableInputError(f"not a Zeek log: fields cannot be separated by {written}")
    return separator


def _names(fields: bytes, marks: _Marks) -> list[str]:
    names = fields.decode("utf-8", "replace").split(marks.separator)[1:]
    if not names:
        raise UnreadableInputError("not a Zeek log: its #fields header names none")
    if len(names) > _MOST_COLUMNS:
        raise UnreadableInputError(f"not a Zeek log: its #fields header names {len(names)} fields")
    return names


def _parse_rows(
    rows: bytes, names: list[str], marks: _Marks, schema: Schema, keep_extra: bool
) -> ParsedLog:
    rows, cut = _without_cut_lines(rows, marks.separator.encode(), len(names))
    fields = _split_fields(rows, len(names), marks)
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    literal = b"\\" not in rows and marks.empty_field.encode() not in rows
    columns = [
        _decode(fields[place].alias(name), schema.get(name, pl.String()), marks, literal)
        for name, place in sorted(places.items(), key=lambda item: item[1])
        if name in schema or keep_extra
    ]
    table = with_types(pl.DataFrame(columns or None, height=fields[0].len()), schema)
    return ParsedLog(table, {CUT_LINE: cut} if cut else {})


def _without_cut_lines(rows: bytes, separator: bytes, fields: int) -> tuple[bytes, int]:
    """Drop lines with fewer than all fields; return the others and the number dropped.

    A last line without line end counts as whole when no field of it is missing.
    """
    if not rows.endswith(b"\n"):
        rows += b"\n"
    octets = np.frombuffer(rows, dtype=np.uint8)
    ends = np.flatnonzero(octets == ord("\n"))
    starts = np.concatenate(([0], ends[:-1] + 1))
    separators = np.flatnonzero(octets == ord(separator))
    found = np.diff(np.searchsorted(separators, np.concatenate(([0], ends))))
    blank = starts == ends
    cut = (found < fields - 1) & ~blank & (octets[starts] != ord("#"))
    dropped = np.flatnonzero(cut | blank)
    if not len(dropped):
        return rows, 0
    begins = np.concatenate(([0], ends[dropped] + 1))
    stops = np.append(starts[dropped], len(rows))
    pieces = [rows[begin:stop] for begin, stop in zip(begins, stops, strict=True)]
    return b"".join(pieces), int(cut.sum())


def _split_fields(rows: bytes, count: int, marks: _Marks) -> list[pl.Series]:
    if not rows:
        return [pl.Series([], dtype=pl.String)] * count
    try:
        return _read_csv(rows, count, marks)
    except ComputeError:  # not UTF-8 throughout
        return _read_csv(rows.decode("utf-8", "backslashreplace").encode(), count, marks)


def _read_csv(rows: bytes, count: int, marks: _Marks) -> list[pl.Series]:
    table = pl.read_csv(
        rows,
        has_header=False,
        separator=marks.separator,
        quote_char=None,
        comment_prefix="#",
        null_values=[marks.unset_field],
        schema={str(place): pl.String() for place in range(count)},
        truncate_ragged_lines=True,
        extra_columns="ignore",
    )
    return table.get_columns()


def _decode(raw: pl.Series, kind: pl.DataType, marks: _Marks, literal: bool) -> pl.Series:
    """Undo the marks and escapes of a column; ``literal`` says that the log has none."""
    if isinstance(kind, pl.List):
        return _decode_list(raw, marks)
    if literal or kind != pl.String():
        return raw
    text = raw.replace(marks.empty_field, "") if (raw == marks.empty_field).any() else raw
    return unescape(text)


def _decode_list(raw: pl.Series, marks: _Marks) -> pl.Series:
    empty = (raw == marks.empty_field).fill_null(value=False)
    items = raw.str.split(marks.set_separator).list.eval(
        pl.element().replace([marks.unset_field, marks.empty_field], [None, ""])
    )
    if empty.any():
        items = items.zip_with(~empty, pl.Series([[]], dtype=pl.List(pl.String)))
    return unescape(items)
