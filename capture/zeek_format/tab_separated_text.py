"""A table as Zeek's ASCII writer prints it, header and escapes included."""

from __future__ import annotations

import io
from typing import Final

import polars as pl

from capture.zeek_format.escapes import escape

_TIMES: Final = {"ts", "certificate.not_valid_before", "certificate.not_valid_after"}
_TYPES: Final = {
    "id.orig_h": "addr",
    "id.resp_h": "addr",
    "id.orig_p": "port",
    "id.resp_p": "port",
    "proto": "enum",
    "san.ip": "vector[addr]",
    "TTLs": "vector[interval]",
    **dict.fromkeys(_TIMES, "time"),
}
_SIX_DECIMALS: Final = pl.Decimal(38, 6)


def tab_separated_text(table: pl.DataFrame, name: str) -> bytes:
    """Return the log of that name (its ``#path``) with its header."""
    return tab_separated_header(table, name) + tab_separated_rows(table)


def tab_separated_header(table: pl.DataFrame, name: str) -> bytes:
    """Return the lines that stand before the rows of a log of that name."""
    types = [_zeek_type(column) for column in table.iter_columns()]
    header = (
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
        f"#path\t{name}\n"
        + "\t".join(["#fields", *table.columns])
        + "\n"
        + "\t".join(["#types", *types])
        + "\n"
    )
    return header.encode()


def tab_separated_rows(table: pl.DataFrame) -> bytes:
    """Return one line a row."""
    printed = table.select([_printed(column) for column in table.iter_columns()])
    lines = io.BytesIO()
    printed.write_csv(
        lines,
        include_header=False,
        separator="\t",
        quote_style="never",
        null_value="-",
        float_precision=6,
    )
    return lines.getvalue()


def _zeek_type(column: pl.Series) -> str:
    if column.name in _TYPES:
        return _TYPES[column.name]
    plain: dict[type[pl.DataType], str] = {
        pl.Float64: "interval",
        pl.Int64: "count",
        pl.Boolean: "bool",
    }
    if column.dtype == pl.List:
        return "vector[count]" if column.dtype == pl.List(pl.Int64) else "vector[string]"
    return plain.get(column.dtype.base_type(), "string")


def _printed(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Boolean:
        return column.replace_strict({True: "T", False: "F"}, return_dtype=pl.String)
    if column.dtype == pl.String:
        return escape(column)
    if column.dtype == pl.List:
        return _printed_lists(column)
    return column.fill_nan(None) if column.dtype == pl.Float64 else column


def _printed_lists(column: pl.Series) -> pl.Series:
    """Print each distinct list once: what clients offer and servers send comes again and again."""
    rows = column.alias("lists").to_frame().with_row_index("row")
    distinct = rows.group_by("lists", maintain_order=True).agg("row")
    printed = pl.DataFrame({column.name: _joined(distinct["lists"]), "row": distinct["row"]})
    return printed.explode("row").sort("row").get_column(column.name)


def _joined(column: pl.Series) -> pl.Series:
    """Join the items of each list with commas, which inside an item are escaped."""
    if column.dtype == pl.List(pl.String):
        items = escape(column, also=",")
    elif column.dtype == pl.List(pl.Float64):
        items = column.list.eval(pl.element().round(6).cast(_SIX_DECIMALS).cast(pl.String))
    else:
        items = column.cast(pl.List(pl.String))
    joined = items.list.eval(pl.element().fill_null("-")).list.join(",")
    return joined.replace("", "(empty)")
