"""One server row with all that is known of it, gathered from the scored logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl
import polars.selectors as cs

from module2.columns import CATEGORICAL, FEATURES
from verdict.document import DECIMALS, FeatureValue, Role, ServerKey
from verdict.final import DETECTORS
from verdict.observation import Observation, observe
from verdict.scoring import CONNECTION_KEY, KEY, Scored

Row = dict[str, Any]


@dataclass(frozen=True)
class ServerRow:
    """A row of ``Scored.servers``, its connections, and what was seen.

    ``scores`` are the probabilities by detector. ``features`` are as precise as the document has
    them; those with several values are lists.
    """

    key: ServerKey
    scores: Row
    features: dict[str, FeatureValue]
    connections: tuple[Row, ...]
    seen: Observation


def gather(
    scored: Scored, addresses: Collection[str] | None
) -> dict[tuple[str, Role], list[ServerRow]]:
    """Return the server rows of each address as server and as client, worst first.

    Only rows with one of the addresses, or all rows, each under its server, for None.
    """
    connections, servers = scored.connections, scored.servers
    if addresses is not None:
        wanted = pl.Series(sorted(addresses), dtype=pl.String).implode()
        servers = servers.filter(pl.any_horizontal(pl.col("server", "client").is_in(wanted)))
        ends = pl.col("srcAddress", "destAddress")
        connections = connections.filter(pl.any_horizontal(ends.is_in(wanted)))
    grouped: dict[tuple[str, Role], list[ServerRow]] = defaultdict(list)
    for row in _rows(scored, servers, connections):
        grouped[row.key.server, "server"].append(row)
        if addresses is not None:
            grouped[row.key.client, "client"].append(row)
    return grouped


def _rows(scored: Scored, servers: pl.DataFrame, connections: pl.DataFrame) -> list[ServerRow]:
    seen = observe(scored.logs, connections)
    of_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in connections.iter_rows(named=True):
        of_key[tuple(row[column] for column in CONNECTION_KEY)].append(row)
    ordered = servers.sort("order")
    found = []
    for scores, features in zip(
        ordered.select(*KEY, *DETECTORS, "final").iter_rows(named=True),
        _as_in_document(ordered).iter_rows(named=True),
        strict=True,
    ):
        values = tuple(scores[column] for column in KEY)
        key = ServerKey(*values)
        nothing = Observation(key, (), (), None, 0)
        seen_there = seen.get(key, nothing)
        found.append(ServerRow(key, scores, features, tuple(of_key[values]), seen_there))
    return found


def _as_in_document(servers: pl.DataFrame) -> pl.DataFrame:
    """Return the features, rounded; those with several values as lists."""
    return servers.select(
        pl.col(name).str.split(",") if name in CATEGORICAL else name for name in FEATURES
    ).with_columns(cs.float().round(DECIMALS))
