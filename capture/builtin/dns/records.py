"""The data of a DNS resource record as the text that Zeek gives for it in ``answers``.

Every reader takes the message, where the data begins, where the message ends and how long the data
claim to be. It returns the text (None for a type that ``answers`` leaves out) and the position
after the data, or ``STOP`` if nothing after them can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from socket import AF_INET6, inet_ntoa, inet_ntop
from typing import Final

from capture.builtin.dns.domain_name import read_name
from capture.zeek_format.escapes import text_of

STOP: Final = -1
_IPV4_MAPPED: Final = bytes(10) + b"\xff\xff"

Reading = tuple[str | None, int]
Reader = Callable[[bytes, int, int, int], Reading]


def read_record_data(kind: int, data: bytes, position: int, end: int, length: int) -> Reading:
    """Return the text of the data of a record of that type, and the position after them."""
    reader = _READERS.get(kind)
    if reader is None:
        return f"<unknown type={kind}>", position + length
    return reader(data, position, end, length)


def _ipv4_address(data: bytes, position: int, end: int, length: int) -> Reading:
    if length != 4:
        return None, STOP
    return inet_ntoa(data[position : position + 4]), position + 4


def _ipv6_address(data: bytes, position: int, end: int, length: int) -> Reading:
    address = data[position : min(position + 16, end)].ljust(16, b"\0")
    if address.startswith(_IPV4_MAPPED):
        return inet_ntoa(address[12:]), position + 16
    return inet_ntop(AF_INET6, address), position + 16


def _name(data: bytes, position: int, end: int, length: int) -> Reading:
    name, after = read_name(data, position, end)
    return text_of(name), after


def _name_after_2_bytes(data: bytes, position: int, end: int, length: int) -> Reading:
    return _name(data, position + 2, end, length)


def _name_after_6_bytes(data: bytes, position: int, end: int, length: int) -> Reading:
    return _name(data, position + 6, end, length)


def _start_of_authority(data: bytes, position: int, end: int, length: int) -> Reading:
    primary, position = read_name(data, position, end)
    _, position = read_name(data, position, end)
    return (text_of(primary), position + 20) if end - position >= 20 else (None, STOP)


def _texts(word: bytes) -> Reader:
    def read(data: bytes, position: int, end: int, length: int) -> Reading:
        stop = position + length
        texts = []
        while position < stop and position + 1 + data[position] <= stop:
            size = data[position]
            texts.append(b"%s %d %s" % (word, size, data[position + 1 : position + 1 + size]))
            position += 1 + size
        return text_of(b" ".join(texts)), position if position == stop else STOP

    return read


def _left_out(data: bytes, position: int, end: int, length: int) -> Reading:
    return None, position + length


def _without_text(data: bytes, position: int, end: int, length: int) -> Reading:
    return "", position + length


def _described(least: int, describe: Callable[[bytes], str]) -> Reader:
    """Return a reader for data of at least ``least`` bytes that are described by themselves."""

    def read(data: bytes, position: int, end: int, length: int) -> Reading:
        if end - position < least:
            return None, STOP
        content = data[position : position + max(length, least)]
        return describe(content), position + length

    return read


def _signature(data: bytes, position: int, end: int, length: int) -> Reading:
    if end - position < 18:
        return None, STOP
    signer, _ = read_name(data, position + 18, end)
    covered = int.from_bytes(data[position : position + 2], "big")
    return f"RRSIG {covered} {text_of(signer) or '<Root>'}", position + length


_READERS: Final[dict[int, Reader]] = {
    1: _ipv4_address,
    2: _name,  # NS
    5: _name,  # CNAME
    6: _start_of_authority,
    11: _without_text,  # WKS
    12: _name,  # PTR
    13: _left_out,  # HINFO
    15: _name_after_2_bytes,  # MX
    16: _texts(b"TXT"),
    28: _ipv6_address,  # AAAA
    29: _described(15, lambda data: f"LOC:  {data[1]} {data[2]} {data[3]}"),
    32: _left_out,  # NetBIOS name
    33: _name_after_6_bytes,  # SRV
    38: _ipv6_address,  # A6
    41: _left_out,  # OPT
    43: _described(4, lambda data: f"DS {data[2]} {data[3]}"),
    44: _described(2, lambda data: f"SSHFP: {data[2:].hex()}"),
    46: _signature,
    48: _described(4, lambda data: f"DNSKEY {data[3]}"),
    50: _described(6, lambda data: "NSEC3"),
    51: _described(5, lambda data: "NSEC3PARAM"),
    64: _left_out,  # SVCB
    65: _left_out,  # HTTPS
    99: _texts(b"SPF"),
    249: _left_out,  # TKEY
    250: _left_out,  # TSIG
    257: _left_out,  # CAA
    65534: _described(5, lambda data: "BIND9 signing signal"),
}
