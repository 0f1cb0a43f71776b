"""Evidence that a person can check by hand: rules over what the logs show of a server row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from statistics import median
from typing import Final

from knowledge.kit_certificates import kit_of
from verdict.document import Reason
from verdict.observation import Certificate, Observation
from verdict.units import number, time_span

_DAY: Final = 86400
_YEAR: Final = 365.25 * _DAY
_OLD_VERSIONS: Final = {
    "SSLv2": "SSL 2.0",
    "SSLv3": "SSL 3.0",
    "TLSv10": "TLS 1.0",
    "TLSv11": "TLS 1.1",
}
_SHORT_KEY: Final = {"rsa": 2048, "dsa": 2048, "dh": 2048, "ecdsa": 224, "ec": 224}  # bits
# As in sha1WithRSAEncryption and ecdsa-with-SHA1; "sha" alone is the hash before SHA-1.
_WEAK_HASH: Final = re.compile(r"(?:^|-?with-?)(?:md[245]|sha-?1|sha(?=-?with|$))", re.IGNORECASE)
_FEWEST_BEACONS: Final = 4  # connections
_REGULAR: Final = 0.1  # of the median interval; the median deviation of a beacon is at most that
_SHORTEST_PERIOD: Final = 1.0  # seconds; what repeats faster is one page with many requests


def evidence(seen: Observation) -> list[Reason]:
    """Return a reason for every rule that applies, in the order of ``RULES``."""
    return [reason for rule in RULES if (reason := rule(seen)) is not None]


def self_signed(seen: Observation) -> Reason | None:
    """Find a leaf certificate whose subject is its issuer."""
    for leaf in seen.leaves:
        if leaf.subject and leaf.subject == leaf.issuer:
            return _reason("self_signed", leaf.subject, f"self-signed certificate ({leaf.subject})")
    return None


def kit_certificate(seen: Observation) -> Reason | None:
    """Find a leaf certificate that a malware kit makes by default."""
    for leaf in seen.leaves:
        if leaf.subject and leaf.issuer and (kit := kit_of(leaf.subject, leaf.issuer)):
            return _reason("kit_certificate", kit, f"default certificate of {kit} ({leaf.subject})")
    return None


def expired(seen: Observation) -> Reason | None:
    """Find a certificate that was no longer valid when it was shown."""
    late = [
        ts - leaf.not_after
        for ts, leaf in _dated(seen)
        if leaf.not_after is not None and ts > leaf.not_after
    ]
    if not late:
        return None
    longest = max(late)
    text = f"certificate expired {time_span(longest)} before the capture"
    return _reason("expired", longest / _DAY, text)


def not_yet_valid(seen: Observation) -> Reason | None:
    """Find a certificate that was not valid yet when it was shown."""
    early = [
        leaf.not_before - ts
        for ts, leaf in _dated(seen)
        if leaf.not_before is not None and ts < leaf.not_before
    ]
    if not early:
        return None
    longest = max(early)
    text = f"certificate not valid until {time_span(longest)} after the capture"
    return _reason("not_yet_valid", longest / _DAY, text)


def long_validity(seen: Observation) -> Reason | None:
    """Find a certificate made to be valid for longer than any public authority grants."""
    years = [
        (leaf.not_after - leaf.not_before) / _YEAR
        for leaf in seen.leaves
        if leaf.not_before is not None and leaf.not_after is not None
    ]
    longest = max(years, default=0.0)
    if longest <= 10:
        return None
    bound = 100 if longest > 100 else 10
    text = f"certificate valid for over {bound} years ({longest:.1f} years)"
    return _reason("long_validity", longest, text)


def name_mismatch(seen: Observation) -> Reason | None:
    """Find a name asked for that the certificate shown for it is not made out to."""
    for connection in seen.connections:
        leaf, sni = connection.leaf, connection.sni
        if sni and leaf and leaf.names is not None and not _is_for(leaf, sni):
            text = f"the certificate is not for the name asked for (SNI {sni})"
            return _reason("name_mismatch", sni, text)
    return None


def no_sni(seen: Observation) -> Reason | None:
    """Say that no connection named the server it wanted, of those whose hello was captured."""
    able = [connection for connection in seen.connections if connection.may_name_server]
    if not able or any(connection.sni for connection in able):
        return None
    return _reason("no_sni", None, "no connection names the server it wants (no SNI)")


def no_dns_answer(seen: Observation) -> Reason | None:
    """Say that the capture holds DNS answers, but none with this address.

    Logs do not tell the addresses that a record of another type hints at, as HTTPS does.
    """
    if seen.named_by_dns is not False:
        return None
    server = seen.key.server
    return _reason(
        "no_dns_answer", server, f"no address record (A, AAAA) in the capture named {server}"
    )


def beacon(seen: Observation) -> Reason | None:
    """Find connections at regular intervals: their median absolute deviation is small."""
    if len(seen.starts) < _FEWEST_BEACONS:
        return None
    pairs = zip(seen.starts, seen.starts[1:], strict=False)
    intervals = [later - earlier for earlier, later in pairs]
    period = median(intervals)
    deviation = median(abs(interval - period) for interval in intervals)
    if period < _SHORTEST_PERIOD or deviation > _REGULAR * period:
        return None
    text = (
        f"regular beacon every {number(round(period, 1))} s ± {number(round(deviation, 1))} s "
        f"({len(seen.starts)} connections)"
    )
    return _reason("beacon", period, text)


def old_version(seen: Observation) -> Reason | None:
    """Find a protocol version that current clients refuse."""
    versions = {connection.version for connection in seen.connections}
    old = [name for version, name in _OLD_VERSIONS.items() if version in versions]
    return _reason("old_version", old[0], f"outdated protocol {', '.join(old)}") if old else None


def short_key(seen: Observation) -> Reason | None:
    """Find a key shorter than is thought safe."""
    for leaf in seen.leaves:
        if leaf.key_length and leaf.key_length < _SHORT_KEY.get((leaf.key_type or "").lower(), 0):
            kind = (leaf.key_type or "").upper()
            text = f"certificate with a short key ({kind}, {leaf.key_length} bits)"
            return _reason("short_key", float(leaf.key_length), text)
    return None


def weak_signature(seen: Observation) -> Reason | None:
    """Find a signature over a hash that can be forged."""
    for leaf in seen.leaves:
        signature = leaf.signature or ""
        if _WEAK_HASH.search(signature):
            text = f"certificate with a weak signature ({signature})"
            return _reason("weak_signature", signature, text)
    return None


RULES: Final[tuple[Callable[[Observation], Reason | None], ...]] = (
    kit_certificate,
    self_signed,
    expired,
    not_yet_valid,
    long_validity,
    name_mismatch,
    no_sni,
    no_dns_answer,
    beacon,
    old_version,
    short_key,
    weak_signature,
)


def _is_for(leaf: Certificate, sni: str) -> bool:
    return covers(leaf.names or (), sni) or sni in leaf.addresses


def covers(names: Iterable[str], sni: str) -> bool:
    """Return whether a certificate for these names holds for the SNI; ``*`` is one label."""
    wanted = sni.lower().rstrip(".")
    label, _, parent = wanted.partition(".")
    return any(name == wanted or (label and parent and name == f"*.{parent}") for name in names)


def _dated(seen: Observation) -> list[tuple[float, Certificate]]:
    return [(c.ts, c.leaf) for c in seen.connections if c.leaf and c.ts is not None]


def _reason(feature: str, value: str | float | None, text: str) -> Reason:
    return Reason("evidence", feature, value, None, text)
