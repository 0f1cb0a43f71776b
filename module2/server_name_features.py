"""Features of the server names (SNI) that clients asked a server for."""

from __future__ import annotations

from math import log10
from typing import Final

import polars as pl

from knowledge.entropy import entropy
from knowledge.known_names import KnownNames
from knowledge.registered_domain import is_address, registered_domain
from module2.columns import KEY

_FACTS: Final[dict[str, pl.DataType]] = {
    "server_name": pl.String(),
    "SNI_is_IP": pl.Float64(),
    "SNI_domain_rank": pl.Float64(),
    "SNI_domain_is_known": pl.Float64(),
    "SNI_domain_is_listed": pl.Float64(),
    "SNI_length": pl.Float64(),
    "SNI_labels": pl.Float64(),
    "SNI_digit_ratio": pl.Float64(),
    "SNI_is_com_net_org": pl.Float64(),
    "SNI_domain_length": pl.Float64(),
    "SNI_domain_entropy": pl.Float64(),
    "SNI_domain_likelihood": pl.Float64(),
}
FEATURES: Final = tuple(name for name in _FACTS if name != "server_name")
_UNLISTED_RANK: Final = 100_000
_FIRST_RANKS: Final = 10  # that are not told apart


def server_name_features(tls: pl.DataFrame, known: KnownNames) -> pl.DataFrame:
    """Return one row a key that was asked for by name: means over its distinct server names.

    ``SNI_domain_rank`` is the decimal logarithm of the rank among the popular domains, 5 for the
    others; ``SNI_domain_is_known`` tells whether the domain is listed there or among those of the
    contest, ``SNI_domain_is_listed`` whether it was among the million most used in each year from
    2020 to 2025. Entropy (bits a character) and likelihood (``knowledge.character_model``) are of
    the registered domain's first label; a name without a registered domain has none of these.
    """
    names = tls["server_name"].drop_nulls().unique().sort()
    facts = pl.DataFrame([_facts(name, known) for name in names], schema=_FACTS, orient="row")
    named = tls.select(*KEY, "server_name").drop_nulls("server_name").unique()
    return named.join(facts, on="server_name").group_by(KEY).agg(pl.col(FEATURES).mean())


def _facts(name: str, known: KnownNames) -> tuple[str | float | None, ...]:
    host = name.lower().rstrip(".")
    if is_address(host):
        return (name, 1.0, *[None] * (len(FEATURES) - 1))
    domain = registered_domain(host)
    digits = sum(character.isdigit() for character in host)
    return (
        name,
        0.0,
        log10(_FIRST_RANKS + known.popularity.get(domain or host, _UNLISTED_RANK)),
        float(domain in known.popularity or domain in known.domains),
        float(domain is not None and domain in known.listed),
        float(len(host)),
        float(host.count(".") + 1),
        digits / len(host) if host else 0.0,
        float(host.rpartition(".")[2] in ("com", "net", "org")),
        *_label_facts(domain, known),
    )


def _label_facts(domain: str | None, known: KnownNames) -> tuple[float | None, ...]:
    if domain is None:
        return None, None, None
    label = domain.partition(".")[0]
    return float(len(label)), entropy(label), known.domain_model.likelihood(label)
