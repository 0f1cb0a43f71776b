"""Keys of Initial packets, which follow from the client's first connection ID (RFC 9001, 5.2)."""

from __future__ import annotations

import hmac
from functools import lru_cache
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


def initial_keys(version: QuicVersion, destination_id: bytes, *, of_client: bool) -> PacketKeys:
    """Return the keys of one side.

    ``destination_id`` is the Destination Connection ID of the client's first Initial packet.
    """
    initial_secret = hmac.digest(version.salt, destination_id, _HASH)
    side = b"client in" if of_client else b"server in"
    secret = _expand_label(initial_secret, side, _SECRET_SIZE)
    return PacketKeys(
        _expand_label(secret, version.label + b" key", _KEY_SIZE),
        _expand_label(secret, version.label + b" iv", _IV_SIZE),
        _expand_label(secret, version.label + b" hp", _KEY_SIZE),
    )


def _expand_label(secret: bytes, label: bytes, length: int) -> bytes:
    """Return HKDF-Expand-Label with an empty context (RFC 8446, 7.1), at most 32 bytes."""
    return hmac.digest(secret, _only_block(label, length), _HASH)[:length]


@lru_cache
def _only_block(label: bytes, length: int) -> bytes:
    """Return what HKDF-Expand hashes for its first block (RFC 5869, 2.3)."""
    full_label = b"tls13 " + label
    return length.to_bytes(2, "big") + bytes((len(full_label),)) + full_label + b"\0\x01"
