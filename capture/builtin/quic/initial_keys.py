"""Keys of Initial packets, which follow from the client's first connection ID (RFC 9001, 5.2)."""

from __future__ import annotations

import hmac
from typing import Final, NamedTuple

from capture.builtin.quic.versions import QuicVersion

_HASH: Final = "sha256"
_SECRET_SIZE: Final = 32
_KEY_SIZE: Final = 16
_IV_SIZE: Final = 12


class PacketKeys(NamedTuple):
    """What protects the packets of one side: AEAD key and IV, and header protection key."""

    key: bytes
    iv: bytes
    header_key: bytes


class InitialKeys(NamedTuple):
    """The keys of both sides of a connection."""

    client: PacketKeys
    server: PacketKeys


def initial_keys(version: QuicVersion, destination_id: bytes) -> InitialKeys:
    """Return the keys for the Destination Connection ID of the client's first Initial packet."""
    secret = hmac.digest(version.salt, destination_id, _HASH)
    return InitialKeys(
        _packet_keys(_expand_label(secret, b"client in", _SECRET_SIZE), version.label),
        _packet_keys(_expand_label(secret, b"server in", _SECRET_SIZE), version.label),
    )


def _packet_keys(secret: bytes, label: bytes) -> PacketKeys:
    return PacketKeys(
        _expand_label(secret, label + b" key", _KEY_SIZE),
        _expand_label(secret, label + b" iv", _IV_SIZE),
        _expand_label(secret, label + b" hp", _KEY_SIZE),
    )


def _expand_label(secret: bytes, label: bytes, length: int) -> bytes:
    """Return HKDF-Expand-Label with an empty context (RFC 8446, 7.1), at most 32 bytes."""
    full_label = b"tls13 " + label
    info = length.to_bytes(2, "big") + bytes((len(full_label),)) + full_label + b"\0"
    return hmac.digest(secret, info + b"\x01", _HASH)[:length]
