"""Features and detectors in words, with units: what reasons and reports say of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from verdict.connection_wording import CONNECTION
from verdict.document import FeatureValue
from verdict.server_wording import CLASSIC, FURTHER
from verdict.units import Wording, number, share

MISSING: Final = "missing"
_WORDINGS: Final[dict[str, Wording]] = {**CONNECTION, **FURTHER, **CLASSIC}

DETECTORS: Final = {
    "certificate_database": "certificate database",
    "module1": "malicious certificate identification",
    "random_forest": "random-forest",
    "gbdt": "gbdt",
    "evidence": "evidence",
    "final": "FINAL",
}

_SOURCES: Final = {
    "subject": "the certificate's subject",
    "issuer": "the certificate's issuer",
    "sni": "the server name asked for (SNI)",
    "version": "the TLS version",
    "port": "the server's port",
}
_PARTS: Final = {
    "C": "country",
    "ST": "state",
    "L": "locality",
    "O": "organisation",
    "OU": "organisational unit",
    "CN": "common name",
}


def phrase(feature: str) -> str:
    """Return what a feature measures."""
    known = _WORDINGS.get(feature)
    if known:
        return known.phrase
    if feature.endswith("_frequency"):
        return f"how often {_source(feature.removesuffix('_frequency'))} occurred in training"
    return feature.replace("_", " ")


def value_text(feature: str, value: FeatureValue) -> str:
    """Return a value as a person reads it: shares in percent, lists with quotes, units."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return str([item.upper() if feature == "ssl_version" else item for item in value])
    known = _WORDINGS.get(feature)
    return known.written(value) if known else number(value)


def classic_text(feature: str, value: FeatureValue) -> str:
    """Return a value as the classic form has it: shares in percent, other numbers bare."""
    known = CLASSIC.get(feature)
    if value is None or isinstance(value, str | list) or (known and known.written is share):
        return value_text(feature, value)
    return f"{value:z.10g}"


def _source(name: str) -> str:
    """Return what the value behind a frequency code is, as ``subject_CN`` or ``sni``."""
    whole, _, part = name.partition("_")
    source = _SOURCES.get(whole, whole)
    return f"the {_PARTS[part]} in {source}" if part in _PARTS else source
