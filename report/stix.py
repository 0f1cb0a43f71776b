"""What is malicious as a STIX 2.1 bundle of indicators."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, Final

from report.indicators import Indicator, Key, indicators
from verdict.document import Document

# Names of our own, so that the same finding has the same identifier in every run.
_NAMESPACE: Final = uuid.UUID("6f2f6c0e-3c0e-5d53-9a53-7a2f4d1c8b10")
_AUTHOR: Final = "Detector of malicious encrypted traffic"
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_HASHES: Final = {64: "SHA-256", 40: "SHA-1"}


def stix_bundle(document: Document) -> str:
    """Return a bundle as JSON text: an indicator for each server, certificate and name in DNS.

    JA3 is left out, because STIX has no object for it. Times are of the traffic and identifiers
    come from the contents, so that identical documents give identical bundles.
    """
    import stix2

    author = stix2.Identity(
        id=_identifier("identity", _AUTHOR),
        name=_AUTHOR,
        identity_class="system",
        created=_EPOCH,
        modified=_EPOCH,
    )
    found = [each for each in indicators(document) if each.key.kind != "ja3"]
    objects = [author, *(_indicator(each, author.id) for each in found)]
    identifier = _identifier("bundle", *(each.id for each in objects))
    bundle = stix2.Bundle(objects, id=identifier)
    return f"{bundle.serialize(indent=1, ensure_ascii=False)}\n"


def pattern(key: Key) -> str:
    """Return the STIX pattern that finds what an indicator is of."""
    value = _quoted(key.value)
    if key.kind == "domain":
        return f"[domain-name:value = {value}]"
    if key.kind == "certificate":
        return f"[x509-certificate:hashes.'{_HASHES[len(key.value)]}' = {value}]"
    port, proto = key.detail.split("/")
    kind = "ipv6-addr" if ":" in key.value else "ipv4-addr"
    return (
        f"[network-traffic:dst_ref.type = '{kind}' AND network-traffic:dst_ref.value = {value} "
        f"AND network-traffic:dst_port = {port} "
        f"AND network-traffic:protocols[*] = {_quoted(proto)}]"
    )


def _indicator(indicator: Indicator, author: str) -> Any:
    import stix2

    key = indicator.key
    first = _time(indicator.first_ts)
    return stix2.Indicator(
        id=_identifier("indicator", *key, str(indicator.first_ts)),
        created_by_ref=author,
        created=first,
        modified=first,
        name=f"malicious TLS {key.kind} {key.value} {key.detail}".rstrip(),
        description=indicator.comment or "called malicious by FINAL",
        indicator_types=["malicious-activity"],
        pattern=pattern(key),
        pattern_type="stix",
        valid_from=first,
        confidence=round(100 * indicator.probability),
    )


def _identifier(kind: str, *parts: str) -> str:
    return f"{kind}--{uuid.uuid5(_NAMESPACE, chr(0).join([kind, *parts]))}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _time(ts: float | None) -> datetime:
    try:
        return datetime.fromtimestamp(ts or 0.0, UTC)
    except (ValueError, OverflowError, OSError):  # a capture with a broken clock
        return _EPOCH
