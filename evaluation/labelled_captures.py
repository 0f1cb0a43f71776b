"""The trained models as they are, measured on captures whose servers are labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from capture.errors import EngineError, UnreadableInputError
from capture.logs import Logs
from evaluation.document import document, measured
from evaluation.errors import EvaluationError
from evaluation.scored import COLUMNS, KEY, ORIGIN, Scored, figures_by_level
from module1.training_rows import thinned
from module2.columns import FEATURES
from training.inputs import read_input
from training.manifest import LabelledInput
from training.resampling import RESAMPLES
from training.tables import TableError
from verdict.scoring import Models, score

_AS_SERVER: Mapping[str, str] = {
    "srcAddress": "client",
    "destAddress": "server",
    "destPort": "port",
    "probability": "module1",
}


def captures_document(
    inputs: Iterable[LabelledInput],
    models: Models,
    thresholds: Mapping[str, float],
    on_failure: Callable[[str], None],
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Return the document of the labelled servers in all inputs.

    An input that cannot be read is reported and left out. Raises ``EvaluationError`` when no
    labelled server spoke TLS.
    """
    scored = scored_inputs(inputs, models, on_failure)
    if scored.servers.is_empty():
        raise EvaluationError("none of the labelled servers spoke TLS in any of the captures")
    figures = figures_by_level(scored, thresholds, resamples)
    return document("captures", {}, [measured("labelled captures", figures)])


def scored_inputs(
    inputs: Iterable[LabelledInput], models: Models, on_failure: Callable[[str], None]
) -> Scored:
    """Return the labelled servers and connections of all inputs with the detectors' scores.

    As in training, servers with equal features count once, and of a server at most fifty
    connections.
    """
    servers, connections = [], []
    for source in inputs:
        try:
            logs = read_input(source)
        except (UnreadableInputError, EngineError, TableError) as error:
            on_failure(f"{source.name}: {error}")
            continue
        found = _labelled(source, logs, models)
        servers.append(found.servers)
        connections.append(found.connections)
    if not servers:
        raise EvaluationError("none of the labelled captures could be read")
    # What module 1 alone could assess has no features to be told apart by.
    first = pl.struct("label", *FEATURES).is_first_distinct() | pl.col("number_of_flows").is_null()
    return Scored(
        pl.concat(servers).filter(first).select(*ORIGIN, *COLUMNS),
        thinned(pl.concat(connections)).select(*ORIGIN, *COLUMNS),
    )


def _labelled(source: LabelledInput, logs: Logs, models: Models) -> Scored:
    scored = score(logs, models)
    leaf = pl.col("certificate").drop_nulls().first()
    connections = scored.connections.rename(_AS_SERVER)
    of_servers = scored.servers.select(*KEY[1:], "random_forest", "gbdt", "final")
    certificates = connections.group_by(KEY[1:]).agg(leaf)
    servers = scored.servers.drop("certificate", strict=False).join(
        certificates, on=KEY[1:], how="left", maintain_order="left"
    )
    joined = connections.join(of_servers, on=KEY[1:], how="left", maintain_order="left")
    return Scored(_with_labels(servers, source), _with_labels(joined, source))


def _with_labels(rows: pl.DataFrame, source: LabelledInput) -> pl.DataFrame:
    """Return the rows whose server has a label, with it and where they come from."""
    pairs = rows.select("server", "port").drop_nulls().unique().sort("server", "port")
    labels = [
        (server, port, int(label.malicious), label.family, label.role)
        for server, port in pairs.iter_rows()
        if (label := source.label_of(server, port)) is not None
    ]
    kinds = {"server": pl.String, "port": pl.Int64, "label": pl.Int64}
    known = pl.DataFrame(
        labels, schema={**kinds, "family": pl.String, "role": pl.String}, orient="row"
    )
    labelled = rows.join(known, on=["server", "port"], maintain_order="left")
    return labelled.with_columns(capture=pl.lit(source.name))
