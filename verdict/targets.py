"""Which addresses are asked about, and as what."""

from __future__ import annotations

import polars as pl

from capture.logs import Logs
from verdict.document import Role


def roles(logs: Logs, servers: pl.DataFrame, address: str) -> tuple[Role, ...]:
    """Return as what an address is assessed: server, client or both.

    Without TLS it has the role that it has in other connections; that of a server if in none.
    """
    found: list[Role] = []
    if (servers["server"] == address).any():
        found.append("server")
    if (servers["client"] == address).any():
        found.append("client")
    if found:
        return tuple(found)
    responds = (logs.conn["id.resp_h"] == address).any()
    originates = (logs.conn["id.orig_h"] == address).any()
    return ("client",) if originates and not responds else ("server",)


def is_known(logs: Logs, address: str) -> bool:
    """Return whether any connection has the address at either end."""
    return bool(
        (logs.conn["id.orig_h"] == address).any()
        or (logs.conn["id.resp_h"] == address).any()
        or (logs.ssl["id.orig_h"] == address).any()
        or (logs.ssl["id.resp_h"] == address).any()
    )


def busiest_servers(logs: Logs, count: int) -> list[tuple[str, int]]:
    """Return the TLS servers with most TLS connections, as (address, connections)."""
    return (
        logs.ssl.drop_nulls("id.resp_h")
        .group_by("id.resp_h")
        .agg(pl.len())
        .sort("len", "id.resp_h", descending=[True, False])
        .head(count)
        .rows()
    )
