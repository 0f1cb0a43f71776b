"""Features of what subjects and issuers of leaf certificates say, and how ordinary it is."""

from __future__ import annotations

from math import log10
from statistics import fmean
from typing import Final

import polars as pl

from capture.distinguished_name import Attribute, attributes
from knowledge.entropy import entropy
from knowledge.issuer_name import issuer_name
from knowledge.kit_certificates import kit_of
from knowledge.known_names import NAMING_ATTRIBUTES, KnownNames
from module2.columns import KEY

# Values that OpenSSL and other generators suggest and nobody has to change: the defaults of
# openssl.cnf, of Red Hat's copy of it, and placeholders of manuals.
_DEFAULTS: Final = frozenset(
    {
        "internet widgits pty ltd",
        "some-state",
        "default city",
        "default company ltd",
        "my company name ltd",
        "localhost",
        "example.com",
        "xx",
        "global security",
        "it department",
    }
)
_NAMES: Final = ("certificate.subject", "certificate.issuer")
_FACTS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(_NAMES, pl.String()),
    "subject_attributes": pl.Float64(),
    "issuer_attributes": pl.Float64(),
    "issuer_frequency": pl.Float64(),
    "default_names": pl.Float64(),
    "subject_likelihood": pl.Float64(),
    "subject_least_likelihood": pl.Float64(),
    "issuer_likelihood": pl.Float64(),
    "subject_length": pl.Float64(),
    "subject_CN_length": pl.Float64(),
    "subject_CN_entropy": pl.Float64(),
    "subject_CN_is_domain": pl.Float64(),
    "kit_certificate_ratio": pl.Float64(),
}
FEATURES: Final = tuple(name for name in _FACTS if name not in _NAMES)


def distinguished_name_features(certificates: pl.DataFrame, known: KnownNames) -> pl.DataFrame:
    """Return one row a key: means over the leaf certificates it showed.

    ``certificates`` has the key and a row for each distinct certificate of it.
    ``issuer_frequency`` is log10(1 + subjects that the issuer signed among the contest's records),
    ``default_names`` the number of attributes left at a generator's default. Likelihoods are those
    of ``knowledge.character_model`` for the values of ``NAMING_ATTRIBUTES``, mean and least.
    """
    pairs = certificates.select(_NAMES).drop_nulls().unique().sort(_NAMES)
    facts = pl.DataFrame(
        [_facts(subject, issuer, known) for subject, issuer in pairs.iter_rows()],
        schema=_FACTS,
        orient="row",
    )
    described = certificates.select(*KEY, *_NAMES).join(facts, on=_NAMES)
    return described.group_by(KEY).agg(pl.col(FEATURES).mean())


def _facts(subject: str, issuer: str, known: KnownNames) -> tuple[str | float | None, ...]:
    subject_parts, issuer_parts = attributes(subject), attributes(issuer)
    values = [value.lower() for _, value in subject_parts + issuer_parts]
    return (
        subject,
        issuer,
        float(len(subject_parts)),
        float(len(issuer_parts)),
        log10(1 + known.issuers.get(issuer_name(issuer), 0)),
        float(sum(value in _DEFAULTS for value in values)),
        *_mean_and_least(_likelihoods(subject_parts, known)),
        _mean_and_least(_likelihoods(issuer_parts, known))[0],
        float(len(subject)),
        *_common_name_facts(subject_parts),
        float(kit_of(subject, issuer) is not None),
    )


def _likelihoods(parts: tuple[Attribute, ...], known: KnownNames) -> list[float]:
    model = known.name_model
    return [model.likelihood(value) for kind, value in parts if value and kind in NAMING_ATTRIBUTES]


def _mean_and_least(values: list[float]) -> tuple[float | None, float | None]:
    return (fmean(values), min(values)) if values else (None, None)


def _common_name_facts(parts: tuple[Attribute, ...]) -> tuple[float | None, ...]:
    common_name = next((value for kind, value in parts if kind == "CN"), None)
    if common_name is None:
        return None, None, None
    return float(len(common_name)), entropy(common_name), float("." in common_name)
