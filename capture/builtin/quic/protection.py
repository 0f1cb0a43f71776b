"""Removing the protection of Initial packets (RFC 9001, 5.3 and 5.4)."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from capture.builtin.quic.initial_keys import PacketKeys
from capture.builtin.quic.long_header import InitialPacket

_SAMPLE_DISTANCE: Final = 4
_SAMPLE_SIZE: Final = 16


class PacketOpener:
    """Opens the Initial packets of one side of a connection."""

    __slots__ = ("_aead", "_header_cipher", "_iv", "_largest_number")

    def __init__(self, keys: PacketKeys) -> None:
        # RFC 9001, 5.4.3: the mask is a single block under this mode.
        mode = ECB()  # noqa: S305 - a mask of one block, no message
        self._header_cipher = Cipher(AES(keys.header_key), mode).encryptor()
        self._aead = AESGCM(keys.key)
        self._iv = int.from_bytes(keys.iv, "big")
        self._largest_number = -1

    def open(self, packet: InitialPacket) -> bytes | None:
        """Return the payload, None when the packet was not protected with these keys."""
        data, offset = packet.data, packet.number_offset
        start = offset + _SAMPLE_DISTANCE
        sample = data[start : start + _SAMPLE_SIZE]
        if len(sample) < _SAMPLE_SIZE:
            return None
        mask = self._header_cipher.update(sample)
        first = data[0] ^ (mask[0] & 0x0F)
        size = (first & 0b11) + 1
        end = offset + size
        truncated = int.from_bytes(data[offset:end], "big") ^ int.from_bytes(mask[1 : 1 + size])
        header = bytes((first,)) + data[1:offset] + truncated.to_bytes(size, "big")
        number = packet_number(self._largest_number, truncated, 8 * size)
        nonce = (self._iv ^ number).to_bytes(12, "big")
        try:
            payload = self._aead.decrypt(nonce, data[end:], header)
        except InvalidTag:
            return None
        self._largest_number = max(self._largest_number, number)
        return payload


def packet_number(largest: int, truncated: int, bits: int) -> int:
    """Return the packet number whose low ``bits`` are given (RFC 9000, A.3).

    It is the one nearest to the number after ``largest``, which is -1 before the first packet.
    """
    expected = largest + 1
    window = 1 << bits
    half = window >> 1
    candidate = (expected & ~(window - 1)) | truncated
    if candidate <= expected - half and candidate < (1 << 62) - window:
        return candidate + window
    if candidate > expected + half and candidate >= window:
        return candidate - window
    return candidate
