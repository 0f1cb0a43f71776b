"""The public key of a certificate: algorithm, type, size, exponent, curve."""

from __future__ import annotations

from typing import Final, NamedTuple

from capture.builtin.x509.algorithm_names import ALGORITHM_NAMES
from capture.builtin.x509.der import (
    BIT_STRING,
    INTEGER,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    Element,
    children,
    content,
    object_identifier,
    read_element,
    unsigned,
)
from capture.builtin.x509.elliptic_curves import CURVES, CURVES_BY_ORDER, SM2

_RSA: Final = frozenset(
    (
        "1.2.840.113549.1.1.1",
        "2.5.8.1.1",  # as X.509 of 1988 has it
        "1.2.840.113549.1.1.4",  # a signature's algorithm, which some RDP servers name
    )
)
# Besides the one of today, those of OIW, among them algorithms of signatures.
_DSA: Final = frozenset(
    ("1.2.840.10040.4.1", "1.2.840.10040.4.3", "1.3.14.3.2.12", "1.3.14.3.2.13", "1.3.14.3.2.27")
)
_ELLIPTIC_CURVE: Final = "1.2.840.10045.2.1"
_ORDER_AT: Final = 4  # behind version, field, curve and base point (SEC 1, C.2)
_LONGEST_EXPONENT: Final = 1024


class PublicKey(NamedTuple):
    """What the x509 table says of a key; sizes are in bits, the exponent is decimal."""

    algorithm: str | None = None
    type: str | None = None
    length: int | None = None
    exponent: str | None = None
    curve: str | None = None


def algorithm_identifier(data: bytes, sequence: Element) -> str:
    """Return the dotted object identifier of an AlgorithmIdentifier, empty when it has none."""
    parts = children(data, sequence)
    if not parts or parts[0].tag != OBJECT_IDENTIFIER:
        return ""
    return object_identifier(content(data, parts[0]))


def read_public_key(data: bytes, key_info: Element) -> PublicKey:
    """Return what a SubjectPublicKeyInfo says."""
    parts = children(data, key_info)
    if not parts:
        return PublicKey()
    identifier = algorithm_identifier(data, parts[0])
    key = PublicKey(ALGORITHM_NAMES.get(identifier, identifier) or None)
    if identifier == _ELLIPTIC_CURVE:
        return _elliptic_curve_key(key, data, parts[0])
    if identifier in _DSA:
        return _dsa_key(key, data, parts[0])
    if identifier in _RSA and len(parts) > 1 and parts[1].tag == BIT_STRING:
        return _rsa_key(key, data, parts[1])
    return key


def _rsa_key(key: PublicKey, data: bytes, bits: Element) -> PublicKey:
    """Read RSAPublicKey ::= SEQUENCE { modulus, publicExponent } (RFC 8017, A.1.1)."""
    sequence = read_element(data, bits.start + 1, bits.end)
    if sequence is None or sequence.tag != SEQUENCE:
        return key
    numbers = [part for part in children(data, sequence) if part.tag == INTEGER]
    if not numbers:
        return key
    length = unsigned(data, numbers[0]).bit_length()
    exponent = None
    if len(numbers) > 1 and numbers[1].end - numbers[1].start <= _LONGEST_EXPONENT:
        exponent = str(unsigned(data, numbers[1]))
    return key._replace(type="rsa", length=length or None, exponent=exponent)


def _dsa_key(key: PublicKey, data: bytes, algorithm: Element) -> PublicKey:
    """Read Dss-Parms ::= SEQUENCE { p, q, g } (RFC 3279, 2.3.2); the size is that of p."""
    parameters = children(data, algorithm)[1:]
    numbers = children(data, parameters[0]) if parameters else []
    length = unsigned(data, numbers[0]).bit_length() if numbers else 0
    return key._replace(type="dsa", length=length or None)


def _elliptic_curve_key(key: PublicKey, data: bytes, algorithm: Element) -> PublicKey:
    """Read a named curve (RFC 5480, 2.1.1); the size is that of the group's order.

    Keys of SM2 are of no type, as for OpenSSL they are not keys of ECDSA.
    """
    parameters = children(data, algorithm)[1:]
    if parameters and parameters[0].tag == SEQUENCE:
        return _explicit_curve_key(key, data, parameters[0])
    identifier = object_identifier(content(data, parameters[0])) if parameters else ""
    if identifier == SM2:
        return key
    curve = CURVES.get(identifier)
    if curve is None:
        return key._replace(type="ecdsa", curve=identifier or None)
    return key._replace(type="ecdsa", length=curve.bits, curve=curve.name)


def _explicit_curve_key(key: PublicKey, data: bytes, parameters: Element) -> PublicKey:
    """Read parameters that are spelled out (SEC 1, C.2); a common curve is known by its order."""
    parts = children(data, parameters)
    order = unsigned(data, parts[_ORDER_AT]) if len(parts) > _ORDER_AT else 0
    curve = CURVES.get(CURVES_BY_ORDER.get(order, ""))
    name = curve.name if curve else None
    return key._replace(type="ecdsa", length=order.bit_length() or None, curve=name)
