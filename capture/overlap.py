"""What several inputs have in common: connections that stand in two, and that go on in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import polars as pl

from capture.logs import Logs

# So long may a connection be silent before it counts as over, as in Zeek, in seconds.
_LONGEST_SILENCE: Final = {"tcp": 300.0, "udp": 60.0}
# Formats of captures round times, or cut them off.
_PRECISION: Final = 1.5e-6
_ENDPOINTS: Final = ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto")
_COLUMNS: Final = ("uid", "ts", "duration", "conn_state", "history", "orig_pkts", "resp_pkts")
_FOUND: Final = ("input", "uid", "other")
_BOTH_CLOSED: Final = ("SF", "RSTO", "RSTR", "REJ")


class Repeated(NamedTuple):
    """How many connections of the input at ``path`` were left out, since ``other`` has them too."""

    path: str
    other: str
    connections: int


def counted_once(parts: Sequence[Logs]) -> tuple[list[Logs], list[Repeated]]:
    """Leave out connections that another input has as well, and all that logs tell of them.

    The same are those of the same endpoints that begin at the same microsecond, as in a capture
    and its own logs; that of most packets stays, for a capture that ends early has only their
    beginning. What begins later and without a SYN is left out if another input has that connection
    from before its beginning to beyond its end, with no fewer packets of each side.
    """
    connections = _shared(_connections(parts))
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
    """Return how many connections go on in another input, where they count as another one.

    They begin there without a SYN, while the other input still saw them or no longer after than a
    connection may be silent, as in the pieces of a ring buffer, in captures that overlap, and in
    files of one direction each.
    """
    found = _seen_before(_shared(_connections(parts)))
    silence = pl.col("proto").replace_strict(_LONGEST_SILENCE, return_dtype=pl.Float64)
    goes_on = pl.col("ts") <= pl.col("other_end") + silence
    return found.filter(goes_on, ~pl.col("other_closed")).height


def _connections(parts: Sequence[Logs]) -> pl.DataFrame:
    """Return the connections of all inputs whose time and uid are known, with their numbers."""
    tables = [
        part.conn.select(pl.lit(number).alias("input"), *_COLUMNS, *_ENDPOINTS)
        for number, part in enumerate(parts)
    ]
    return pl.concat(tables).drop_nulls(["uid", "ts"])


def _shared(connections: pl.DataFrame) -> pl.DataFrame:
    """Return those whose endpoints, in either direction, are in several inputs."""
    one, other = (
        pl.concat_str(f"id.{role}_h", pl.lit(" "), f"id.{role}_p") for role in ("orig", "resp")
    )
    lower, upper = pl.min_horizontal(one, other), pl.max_horizontal(one, other)
    named = connections.with_columns(
        endpoints=pl.concat_str(lower, pl.lit(" "), upper, pl.lit(" "), "proto"),
        is_turned=one > other,
    )
    inputs = named.group_by("endpoints").agg(pl.col("input").n_unique())
    return named.join(inputs.filter(pl.col("input") > 1), on="endpoints", how="semi")


def _begun_together(connections: pl.DataFrame) -> pl.DataFrame:
    """Return input and uid of what is to be left out, and the other input that has the same."""
    ordered = connections.sort("endpoints", "is_turned", "ts")
    same = pl.all_horizontal(
        pl.col("endpoints", "is_turned") == pl.col("endpoints", "is_turned").shift()
    )
    begins = ~(same & (pl.col("ts").diff() <= _PRECISION)).fill_null(value=False)
    packets = pl.sum_horizontal("orig_pkts", "resp_pkts")
    first = (
        ordered.with_columns(connection=begins.cum_sum(), packets=packets)
        .sort("connection", "packets", "input", descending=[False, True, False])
        .with_columns(other=pl.col("input").first().over("connection"))
    )
    return first.filter(pl.col("input") != pl.col("other")).select(_FOUND)


def _within_others(connections: pl.DataFrame) -> pl.DataFrame:
    """Return the same of what another input has from before its beginning to beyond its end."""
    found = _seen_before(connections)
    is_within = pl.all_horizontal(
        pl.col("end") <= pl.col("other_end") + _PRECISION,
        pl.col("lower_pkts") <= pl.col("other_lower_pkts"),
        pl.col("upper_pkts") <= pl.col("other_upper_pkts"),
    )
    return found.filter(is_within).select(_FOUND)


def _seen_before(connections: pl.DataFrame) -> pl.DataFrame:
    """Return what begins without a SYN, with the last one of its endpoints before, elsewhere."""
    rows = _measured(connections)
    others = rows.select("endpoints", pl.exclude("endpoints", "uid", "proto").name.prefix("other_"))
    joined = (
        rows.filter(~pl.col("begun"))
        .sort("ts")
        .join_asof(
            others.sort("other_ts"),
            left_on="ts",
            right_on="other_ts",
            by="endpoints",
            allow_exact_matches=False,  # it would find itself
            check_sortedness=False,  # which polars cannot do within groups
        )
    )
    found = joined.rename({"other_input": "other"})
    return found.filter(pl.col("other") != pl.col("input"))


def _measured(connections: pl.DataFrame) -> pl.DataFrame:
    """Return TCP and UDP connections with end, beginning, and the packets of either endpoint."""
    sent, received = (pl.col(name).fill_null(0) for name in ("orig_pkts", "resp_pkts"))
    turned = pl.col("is_turned")
    is_tcp = pl.col("proto") == "tcp"
    return connections.filter(pl.col("proto").is_in(list(_LONGEST_SILENCE))).select(
        "input",
        "uid",
        "ts",
        "proto",
        "endpoints",
        end=pl.col("ts") + pl.col("duration").fill_null(0.0),
        begun=is_tcp & pl.col("history").str.contains("[Ss]").fill_null(value=True),
        closed=is_tcp & pl.col("conn_state").is_in(_BOTH_CLOSED).fill_null(value=False),
        lower_pkts=pl.when(turned).then(received).otherwise(sent),
        upper_pkts=pl.when(turned).then(sent).otherwise(received),
    )


def _without(part: Logs, uids: pl.Series) -> Logs:
    if uids.is_empty():
        return part
    conn, ssl, dns = (
        table.filter(~pl.col("uid").is_in(uids.implode()).fill_null(value=False))
        for table in (part.conn, part.ssl, part.dns)
    )
    return replace(part, conn=conn, ssl=ssl, dns=dns)
