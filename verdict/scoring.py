"""Everything that the detectors say of the connections and servers in the logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from capture.logs import Logs
from models.card import MODELS
from models.contribution import Contribution
from verdict.final import DETECTORS, KIT, Combination
from verdict.final import load as load_final

KEY: Final = ("client", "server", "port", "proto")
CONNECTION_KEY: Final = ("srcAddress", "destAddress", "destPort", "proto")  # in connection rows
_DEFAULT_PROTOCOL: Final = "tcp"  # of a TLS record without a protocol, as older logs have it


class ConnectionModel(Protocol):
    """Module 1 in service."""

    @property
    def threshold(self) -> float:
        """The probability from which a connection is malicious."""

    def score(self, rows: pl.DataFrame) -> pl.Series:
        """Return the probability of each connection."""

    def contributions(self, rows: pl.DataFrame) -> list[list[Contribution]]:
        """Return for each row what moved its score, strongest first."""


class ServerModels(Protocol):
    """The two models of module 2 in service."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The probability from which each detector calls a server malicious."""

    @property
    def normal_ranges(self) -> Mapping[str, tuple[float, float]]:
        """The range of most normal servers in training, by feature."""

    @property
    def malicious_ranges(self) -> Mapping[str, tuple[float, float]]:
        """The range of most malicious servers in training, by feature."""

    def score(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the columns random_forest and gbdt."""

    def contributions(self, rows: pl.DataFrame) -> list[dict[str, list[Contribution]]]:
        """Return for each row what moved each detector's score, strongest first."""


@dataclass(frozen=True)
class Models:
    """All detectors, and the formula that puts them together."""

    connection: ConnectionModel
    server: ServerModels
    final: Combination


@dataclass(frozen=True)
class Scored:
    """Logs with what the detectors say.

    ``connections`` are module 1's rows with ``proto`` and ``probability``; ``servers`` module 2's
    with ``module1`` (mean over the connections), ``random_forest``, ``gbdt``, ``final`` and
    ``order``, which is 0 for the row that FINAL thinks worst. A detector that could not assess a
    row leaves null.
    """

    logs: Logs
    models: Models
    connections: pl.DataFrame
    servers: pl.DataFrame


def load_models(folder: Path = MODELS) -> Models:
    """Return the trained detectors; raises ``ModelError`` when one is missing or damaged."""
    from module1.detect import load as load_module1
    from module2.detect import load as load_module2

    return Models(load_module1(folder), load_module2(folder), load_final(folder))


def score(logs: Logs, models: Models) -> Scored:
    """Let every detector score its rows of the logs."""
    connections = _connections(logs, models.connection)
    servers = _with_final(_servers(logs, models.server, connections), models.final)
    return Scored(logs, models, connections, servers)


def _connections(logs: Logs, model: ConnectionModel) -> pl.DataFrame:
    from module1.features import connection_rows

    rows = connection_rows(logs)
    probability = model.score(rows).cast(pl.Float64).fill_nan(None).alias("probability")
    protocols = _protocols(logs).rename({"uid": "eventId"})
    return (
        rows.with_columns(probability)
        .drop("proto", strict=False)
        .join(protocols, on="eventId", how="left", maintain_order="left")
    )


def _protocols(logs: Logs) -> pl.DataFrame:
    """Return the transport protocol of every TLS connection as module 2 has it in its keys."""
    of_tls = logs.conn.join(logs.ssl, on="uid", how="semi")
    flows = of_tls.select("uid", flow="proto").drop_nulls().unique("uid", keep="first")
    return (
        logs.ssl.select("uid", "proto")
        .unique("uid", keep="first")
        .join(flows, on="uid", how="left")
        .select("uid", proto=pl.coalesce("flow", "proto", pl.lit(_DEFAULT_PROTOCOL)))
    )


def _servers(logs: Logs, model: ServerModels, connections: pl.DataFrame) -> pl.DataFrame:
    from module2.features import server_rows

    rows = server_rows(logs)
    scores = model.score(rows).with_columns(pl.all().cast(pl.Float64).fill_nan(None))
    means = (
        connections.rename({"srcAddress": "client", "destAddress": "server", "destPort": "port"})
        .drop_nulls(KEY)
        .group_by(KEY, maintain_order=True)
        .agg(pl.col("probability").mean().alias("module1"))
    )
    return rows.hstack(scores).join(means, on=KEY, how="full", coalesce=True).sort(KEY)


def _with_final(servers: pl.DataFrame, combination: Combination) -> pl.DataFrame:
    return (
        servers.with_columns(combination.probabilities(servers.select(*DETECTORS, KIT)))
        .sort("final", *KEY, descending=[True, *[False] * len(KEY)], nulls_last=True)
        .with_row_index("order")
    )
