"""What several inputs have in common: connections that stand in two, and that go on in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import polars as pl

from capture.logs import Logs

# So long may a TCP connection be silent before it counts as over, as in Zeek.
_LONGEST_SILENCE: Final = 300.0
_MICROSECONDS: Final = 1e6
_ENDPOINTS: Final = ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto")
_FOUND: Final = ("input", "uid", "other")


class Repeated(NamedTuple):
    """How many connections of the input at ``path`` were left out, since ``other`` has them too."""

    path: str
    other: str
    connections: int


def counted_once(parts: Sequence[Logs]) -> tuple[list[Logs], list[Repeated]]:
    """Leave out connections that another input has as well, and all that logs tell of them.

    The same are those of the same endpoints that begin in the same microsecond, as in a capture
    and its own logs, and what begins without a SYN while another input saw that connection, as in
    captures that overlap. That of most packets stays, for a capture that ends early has only their
    beginning.
    """
    connections = _connections(parts)
    together = _begun_together(connections)
    remaining = connections.join(together, on=["input", "uid"], how="anti")
    repeated = pl.concat([together, _within_others(remaining)])
    kept = [
        _without(part, repeated.filter(pl.col("input") == number)["uid"])
        for number, part in enumerate(parts)
    ]
    counts = repeated.group_by("input", "other").len()
    paths = [part.captures[0].path for part in parts]
    return kept, [
        Repeated(paths[own], paths[other], count)
        for own, other, count in counts.sort("input", "other").iter_rows()
    ]


def connections_cut(parts: Sequence[Logs]) -> int:
    """Return how many TCP connections go on in another input, where they count as another one.

    They begin there without a SYN, no more than five minutes after one of the same endpoints was
    last seen in another input, as in the pieces of a ring buffer.
    """
    tcp = _tcp(_connections(parts))
    later = tcp.filter(~pl.col("begun"))
    joined = _last_before(later, tcp, "end", tolerance=_LONGEST_SILENCE)
    return joined.filter(pl.col("other") != pl.col("input")).height


def _connections(parts: Sequence[Logs]) -> pl.DataFrame:
    """Return the connections of all inputs whose time and uid are known, with their numbers."""
    columns = ("uid", "ts", "duration", "history", "orig_pkts", "resp_pkts", *_ENDPOINTS)
    tables = [
        part.conn.select(pl.lit(number).alias("input"), *columns)
        for number, part in enumerate(parts)
    ]
    return pl.concat(tables).drop_nulls(["uid", "ts"])


def _begun_together(connections: pl.DataFrame) -> pl.DataFrame:
    """Return input and uid of what is to be left out, and the other input that has the same."""
    same = [pl.col("ts").mul(_MICROSECONDS).round().cast(pl.Int64), *map(pl.col, _ENDPOINTS)]
    packets = pl.sum_horizontal("orig_pkts", "resp_pkts")
    ordered = connections.sort(packets, descending=True, maintain_order=True)
    first = ordered.with_columns(other=pl.col("input").first().over(same))
    return first.filter(pl.col("input") != pl.col("other")).select(_FOUND)


def _within_others(connections: pl.DataFrame) -> pl.DataFrame:
    """Return the same of what is a part of a connection that another input saw begin."""
    tcp = _tcp(connections)
    joined = _last_before(tcp.filter(~pl.col("begun")), tcp.filter("begun"), "ts")
    is_within = (pl.col("ts") <= pl.col("other_end")) & (pl.col("input") != pl.col("other"))
    return joined.filter(is_within).select(_FOUND)


def _last_before(
    later: pl.DataFrame, earlier: pl.DataFrame, time: str, tolerance: float | None = None
) -> pl.DataFrame:
    """Join each connection with the last of the same endpoints whose ``time`` is not later."""
    others = earlier.select("endpoints", before=time, other="input", other_end="end")
    return later.sort("ts").join_asof(
        others.sort("before"),
        left_on="ts",
        right_on="before",
        by="endpoints",
        tolerance=tolerance,
        check_sortedness=False,  # which polars cannot do within groups
    )


def _tcp(connections: pl.DataFrame) -> pl.DataFrame:
    """Return TCP connections with the same endpoints for both directions, end, and beginning."""
    one, other = (
        pl.concat_str(f"id.{role}_h", pl.lit(" "), f"id.{role}_p") for role in ("orig", "resp")
    )
    lower, upper = pl.min_horizontal(one, other), pl.max_horizontal(one, other)
    return connections.filter(pl.col("proto") == "tcp").select(
        "input",
        "uid",
        "ts",
        endpoints=pl.concat_str(lower, pl.lit(" "), upper),
        end=pl.col("ts") + pl.col("duration").fill_null(0.0),
        begun=pl.col("history").str.contains("[Ss]").fill_null(value=True),
    )


def _without(part: Logs, uids: pl.Series) -> Logs:
    if uids.is_empty():
        return part
    conn, ssl, dns = (
        table.filter(~pl.col("uid").is_in(uids.implode()).fill_null(value=False))
        for table in (part.conn, part.ssl, part.dns)
    )
    return replace(part, conn=conn, ssl=ssl, dns=dns)
