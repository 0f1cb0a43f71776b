"""One server row with all that is known of it, gathered from the scored logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from module2.columns import CATEGORICAL, FEATURES
from verdict.document import DECIMALS, FeatureValue, Role, ServerKey
from verdict.observation import Observation, observe
from verdict.scoring import CONNECTION_KEY, KEY, Scored

Row = dict[str, Any]


@dataclass(frozen=True)
class ServerRow:
    """A row of ``Scored.servers`` as a dictionary, its connections likewise, and what was seen."""

    key: ServerKey
    scores: Row
    connections: tuple[Row, ...]
    seen: Observation

    @cached_property
    def features(self) -> dict[str, FeatureValue]:
        """The features, as precise as the document has them; those with several values as lists."""
        row = self.scores
        several = {name: _listed(row[name]) for name in CATEGORICAL}
        return {name: _rounded(row[name]) for name in FEATURES} | several


def _rounded(value: FeatureValue) -> FeatureValue:
    return round(value, DECIMALS) if isinstance(value, float) else value


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


def _listed(values: str | None) -> list[str] | None:
    return None if values is None else values.split(",")


def _rows(scored: Scored, servers: pl.DataFrame, connections: pl.DataFrame) -> list[ServerRow]:
    seen = observe(scored.logs, connections)
    of_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in connections.iter_rows(named=True):
        of_key[tuple(row[column] for column in CONNECTION_KEY)].append(row)
    found = []
    for scores in servers.sort("order").iter_rows(named=True):
        values = tuple(scores[column] for column in KEY)
        key = ServerKey(*values)
        nothing = Observation(key, (), (), None, 0)
        found.append(ServerRow(key, scores, tuple(of_key[values]), seen.get(key, nothing)))
    return found
