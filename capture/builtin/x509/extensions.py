"""The two extensions of a certificate that the x509 table shows."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from capture.builtin.x509.der import (
    BOOLEAN,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    Element,
    children,
    content,
    object_identifier,
    read_element,
    unsigned,
)
from capture.zeek_format.escapes import text_of

_SUBJECT_ALTERNATIVE_NAME: Final = "2.5.29.17"
_BASIC_CONSTRAINTS: Final = "2.5.29.19"
_EMAIL, _DNS, _URI, _IP = 0x81, 0x82, 0x86, 0x87
_LONGEST_PATH_LENGTH: Final = 4


class AlternativeNames(NamedTuple):
    """Names of a certificate's subject by kind; None where there is none of the kind."""

    dns: tuple[str, ...] | None = None
    uri: tuple[str, ...] | None = None
    email: tuple[str, ...] | None = None
    ip: tuple[str, ...] | None = None


class BasicConstraints(NamedTuple):
    """Whether the subject is a certificate authority, and how long a chain below it may be."""

    ca: bool | None = None
    path_length: int | None = None


class Extensions(NamedTuple):
    """The extensions that are read."""

    names: AlternativeNames = AlternativeNames()
    constraints: BasicConstraints = BasicConstraints()


def read_extensions(data: bytes, extensions: Element) -> Extensions:
    """Return what SEQUENCE OF Extension says; of an extension that is there twice, the last."""
    found = Extensions()
    for extension in children(data, extensions):
        parts = children(data, extension)
        if len(parts) < 2 or parts[-1].tag != OCTET_STRING:
            continue
        value = read_element(data, parts[-1].start, parts[-1].end)
        if value is None or value.tag != SEQUENCE:
            continue
        identifier = object_identifier(content(data, parts[0]))
        if identifier == _SUBJECT_ALTERNATIVE_NAME:
            found = found._replace(names=_alternative_names(data, value))
        elif identifier == _BASIC_CONSTRAINTS:
            found = found._replace(constraints=_basic_constraints(data, value))
    return found


def _alternative_names(data: bytes, value: Element) -> AlternativeNames:
    by_tag: dict[int, list[bytes]] = {}
    for name in children(data, value):
        by_tag.setdefault(name.tag, []).append(content(data, name))

    def of_kind(tag: int) -> tuple[str, ...] | None:
        return tuple([text_of(octets) for octets in by_tag.get(tag, ())]) or None

    addresses = map(_address, by_tag.get(_IP, ()))
    known = tuple([address for address in addresses if address is not None])
    return AlternativeNames(of_kind(_DNS), of_kind(_URI), of_kind(_EMAIL), known or None)


def _address(octets: bytes) -> str | None:
    """Return 4 or 16 bytes as an address; an IPv4 one inside IPv6 as IPv4, as Zeek prints it."""
    if len(octets) not in (4, 16):
        return None
    address = ip_address(octets)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def _basic_constraints(data: bytes, value: Element) -> BasicConstraints:
    ca = False
    path_length = None
    for part in children(data, value):
        if part.tag == BOOLEAN:
            ca = any(content(data, part))
        elif part.tag == INTEGER and part.end - part.start <= _LONGEST_PATH_LENGTH:
            path_length = unsigned(data, part)
    return BasicConstraints(ca, path_length)
