"""The packets with long headers that a datagram holds (RFC 9000, 12.2 and 17.2)."""

from __future__ import annotations

from typing import Final, NamedTuple

from capture.builtin.quic.variable_length import TruncatedError, read_integer
from capture.builtin.quic.versions import VERSIONS, QuicVersion

LONG_HEADER: Final = 0x80
_VERSION_END: Final = 5
_LONGEST_CONNECTION_ID: Final = 20


class InitialPacket(NamedTuple):
    """A protected Initial packet; its packet number begins at ``number_offset`` of ``data``."""

    version: QuicVersion
    destination_id: bytes
    data: bytes
    number_offset: int


class _LongPacket(NamedTuple):
    """Where a packet of a datagram ends, and the packet if it is an Initial one."""

    end: int
    initial: InitialPacket | None


def initial_packets(datagram: bytes) -> list[InitialPacket]:
    """Return the Initial packets of a datagram in order.

    Reading ends without error at what has no length of its own (short headers, Retry, Version
    Negotiation, unknown versions) and at a packet that the datagram does not hold whole.
    """
    found = []
    offset = 0
    while offset < len(datagram) and datagram[offset] & LONG_HEADER:
        try:
            packet = _read_packet(datagram, offset)
        except TruncatedError:
            break
        if packet is None:
            break
        if packet.initial is not None:
            found.append(packet.initial)
        offset = packet.end
    return found


def _read_packet(datagram: bytes, start: int) -> _LongPacket | None:
    """Return the packet at ``start``, None when it goes to the end of the datagram."""
    number = int.from_bytes(datagram[start + 1 : start + _VERSION_END], "big")
    version = VERSIONS.get(number)
    if version is None:
        return None
    kind = datagram[start] >> 4 & 0b11
    if kind == version.retry_type:
        return None
    destination_id, offset = _connection_id(datagram, start + _VERSION_END)
    _, offset = _connection_id(datagram, offset)
    is_initial = kind == version.initial_type
    if is_initial:
        token_length, offset = read_integer(datagram, offset)
        offset += token_length
    length, offset = read_integer(datagram, offset)
    end = offset + length
    if end > len(datagram):
        raise TruncatedError("the datagram ends before its packet")
    if not is_initial:
        return _LongPacket(end, None)
    packet = InitialPacket(version, destination_id, datagram[start:end], offset - start)
    return _LongPacket(end, packet)


def _connection_id(datagram: bytes, offset: int) -> tuple[bytes, int]:
    """Return a connection ID and the offset after it."""
    if offset >= len(datagram):
        raise TruncatedError("the datagram ends before a connection ID")
    end = offset + 1 + datagram[offset]
    if datagram[offset] > _LONGEST_CONNECTION_ID or end > len(datagram):
        raise TruncatedError("the datagram ends before its connection IDs")
    return datagram[offset + 1 : end], end
