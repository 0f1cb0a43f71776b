r"""Distinguished names as Zeek prints them: OpenSSL's form of RFC 2253.

The last relative name comes first, attributes have short names, characters beyond ASCII appear as
``\C3\A9``, an attribute without a known name keeps its object identifier and shows its value as
``#`` and the hexadecimal DER.
"""

from __future__ import annotations

import re
from typing import Final

from capture.builtin.parsed_once import ParsedOnce
from capture.builtin.x509.attribute_names import ATTRIBUTE_NAMES
from capture.builtin.x509.der import SEQUENCE, Element, children, content, object_identifier

_UTF8_STRING: Final = 12
_UNIVERSAL_STRING: Final = 28
_BMP_STRING: Final = 30
_ONE_BYTE_STRINGS: Final = frozenset((18, 19, 20, 22, 23, 24, 26))

_SPECIAL: Final = frozenset(b'",+;<>\\')
_NEEDS_ESCAPE: Final = re.compile(rb"[^ !#-*\--:=?-\[\]-~]")


def _escaped(octet: int) -> str:
    if octet in _SPECIAL:
        return "\\" + chr(octet)
    if octet < 0x20 or octet > 0x7E:
        return f"\\{octet:02X}"
    return chr(octet)


_ESCAPED: Final = tuple(_escaped(octet) for octet in range(256))


def escaped_value(text: bytes) -> str:
    """Return UTF-8 bytes with the escapes of RFC 2253, all of it ASCII."""
    if _NEEDS_ESCAPE.search(text) is None:
        escaped = text.decode("ascii")
    else:
        escaped = "".join([_ESCAPED[octet] for octet in text])
    if len(text) > 1 and text[0] in b" #":
        escaped = "\\" + escaped
    if text.endswith(b" "):
        escaped = escaped[:-1] + "\\ "
    return escaped


def string_as_utf8(data: bytes, value: Element) -> bytes | None:
    """Return a DER character string as UTF-8, None for a type that holds no characters."""
    octets = content(data, value)
    if value.tag == _UTF8_STRING:
        return octets
    if value.tag in _ONE_BYTE_STRINGS:
        return octets if octets.isascii() else octets.decode("latin-1").encode()
    if value.tag == _BMP_STRING:
        return octets.decode("utf-16-be", "ignore").encode("utf-8", "ignore")
    if value.tag == _UNIVERSAL_STRING:
        return octets.decode("utf-32-be", "ignore").encode("utf-8", "ignore")
    return None


def _attribute(data: bytes, attribute: Element) -> str:
    parts = children(data, attribute)
    if not parts:
        return ""
    identifier = object_identifier(content(data, parts[0]))
    name = ATTRIBUTE_NAMES.get(identifier)
    if len(parts) == 1:
        return f"{name or identifier}="
    text = string_as_utf8(data, parts[1]) if name else None
    if text is None:
        return f"{name or identifier}=#{data[parts[1].header : parts[1].end].hex().upper()}"
    return f"{name}={escaped_value(text)}"


def distinguished_name(data: bytes, name: Element) -> str:
    """Return a Name as text, empty when it has no attributes."""
    return _TEXTS[content(data, name)]


def _name_text(octets: bytes) -> str:
    name = Element(SEQUENCE, 0, 0, len(octets))
    relative_names = [
        "+".join(
            [_attribute(octets, attribute) for attribute in reversed(children(octets, relative))]
        )
        for relative in reversed(children(octets, name))
    ]
    return ",".join([text for text in relative_names if text])


# Few authorities issue most certificates.
_TEXTS: Final = ParsedOnce(_name_text, limit=1 << 20)
