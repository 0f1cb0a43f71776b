"""One certificate as the x509 table shows it, from bytes that may be malformed."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import Final

from capture.builtin.x509.algorithm_names import ALGORITHM_NAMES
from capture.builtin.x509.der import INTEGER, SEQUENCE, Element, children, content, read_element
from capture.builtin.x509.distinguished_name import distinguished_name
from capture.builtin.x509.extensions import Extensions, read_extensions
from capture.builtin.x509.public_key import PublicKey, algorithm_identifier, read_public_key
from capture.builtin.x509.validity import epoch_seconds

_EXPLICIT_VERSION: Final = 0xA0
_EXPLICIT_EXTENSIONS: Final = 0xA3
_LONGEST_VERSION: Final = 4


@dataclass(frozen=True)
class Certificate:
    """What a certificate says; None where its bytes do not tell.

    ``fingerprint`` and ``fingerprint_sha1`` are the SHA-256 and SHA-1 of the DER, without what
    follows its outermost element, in lower-case hexadecimal.
    ``version`` counts from 1. Validity is in epoch seconds. A signature algorithm without a name
    is the empty string, as Zeek logs it; a key algorithm without one is its object identifier.
    """

    fingerprint: str
    fingerprint_sha1: str
    version: int | None = None
    serial: str | None = None
    subject: str | None = None
    issuer: str | None = None
    not_valid_before: float | None = None
    not_valid_after: float | None = None
    signature_algorithm: str | None = None
    key: PublicKey = field(default_factory=PublicKey)
    extensions: Extensions = field(default_factory=Extensions)


def parse_certificate(der: bytes) -> Certificate:
    """Return what ``der`` says, as complete as it allows; never raises for malformed input."""
    outer = read_element(der, 0, len(der))
    if outer is None or outer.tag != SEQUENCE:
        return Certificate(*_fingerprints(der))
    der = der[: outer.end]
    parts = children(der, outer)
    if not parts or parts[0].tag != SEQUENCE:
        return Certificate(*_fingerprints(der))
    return _read_signed_part(der, children(der, parts[0]), parts[1:2])


def _fingerprints(der: bytes) -> tuple[str, str]:
    """Return SHA-256 and SHA-1; the latter because lists of bad certificates go by it."""
    return sha256(der).hexdigest(), sha1(der, usedforsecurity=False).hexdigest()


def _read_signed_part(
    der: bytes, fields: list[Element], outer_algorithm: list[Element]
) -> Certificate:
    """Read TBSCertificate (RFC 5280, 4.1); fields that a truncation took away stay None."""
    explicit_version = fields[:1] if fields and fields[0].tag == _EXPLICIT_VERSION else []
    fields = fields[len(explicit_version) :]
    padded: list[Element | None] = [*fields, *[None] * 6]
    serial, inner_algorithm, issuer, validity, subject, key = padded[:6]
    before, after = _validity(der, validity)
    fingerprint, fingerprint_sha1 = _fingerprints(der)
    return Certificate(
        fingerprint=fingerprint,
        fingerprint_sha1=fingerprint_sha1,
        version=_version(der, explicit_version),
        serial=None if serial is None else _serial_number(der, serial),
        subject=None if subject is None else distinguished_name(der, subject),
        issuer=None if issuer is None else distinguished_name(der, issuer),
        not_valid_before=before,
        not_valid_after=after,
        signature_algorithm=_signature_algorithm(der, [*outer_algorithm, inner_algorithm]),
        key=PublicKey() if key is None else read_public_key(der, key),
        extensions=_extensions(der, fields[6:]),
    )


def _version(der: bytes, explicit: list[Element]) -> int | None:
    numbers = children(der, explicit[0]) if explicit else []
    if not numbers:
        return 1
    octets = content(der, numbers[0])
    if numbers[0].tag != INTEGER or len(octets) > _LONGEST_VERSION:
        return None
    return int.from_bytes(octets, "big", signed=True) + 1


def _serial_number(der: bytes, serial: Element) -> str | None:
    """Return the number in hexadecimal, two digits a byte, with a sign when it is negative."""
    octets = content(der, serial)
    if serial.tag != INTEGER:
        return None
    if octets[:1] < b"\x80":
        return (octets.lstrip(b"\0") or b"\0").hex().upper()
    magnitude = -int.from_bytes(octets, "big", signed=True)
    return "-" + magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big").hex().upper()


def _validity(der: bytes, validity: Element | None) -> tuple[float | None, float | None]:
    times = [] if validity is None else children(der, validity)
    seconds = [epoch_seconds(time.tag, content(der, time)) for time in times[:2]]
    before, after = (*seconds, None, None)[:2]
    return before, after


def _signature_algorithm(der: bytes, candidates: list[Element | None]) -> str | None:
    """Return the name of the algorithm of the first candidate that is there."""
    for candidate in candidates:
        if candidate is not None:
            return ALGORITHM_NAMES.get(algorithm_identifier(der, candidate), "")
    return None


def _extensions(der: bytes, fields: list[Element]) -> Extensions:
    for part in fields:
        if part.tag == _EXPLICIT_EXTENSIONS:
            sequence = read_element(der, part.start, part.end)
            if sequence is not None:
                return read_extensions(der, sequence)
    return Extensions()
