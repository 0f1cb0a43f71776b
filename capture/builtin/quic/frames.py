"""The CRYPTO frames of an Initial packet (RFC 9000, 19)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from capture.builtin.quic.variable_length import TruncatedError, read_integer

_ACK: Final = 2
_ACK_WITH_ECN_COUNTS: Final = 3
_CRYPTO: Final = 6
_ECN_COUNTS: Final = 3
_MOST_FRAMES: Final = 128  # real clients cut a hello into about ten
_PADDING_AND_PING: Final = re.compile(rb"[\x00\x01]*")


class CryptoFrame(NamedTuple):
    """A piece of the handshake, from ``offset`` of its sender's stream on."""

    offset: int
    data: bytes


def crypto_frames(payload: bytes) -> list[CryptoFrame]:
    """Return the CRYPTO frames of an Initial packet's decrypted payload, in order.

    PADDING, PING and ACK frames in between are passed over. Reading ends without error at any
    other frame (only CONNECTION_CLOSE is allowed there), at one that is cut off, and after 128.
    """
    frames: list[CryptoFrame] = []
    offset = 0
    try:
        while (offset := _after_padding(payload, offset)) < len(payload):
            if len(frames) >= _MOST_FRAMES:
                break
            kind = payload[offset]
            if kind == _CRYPTO:
                frame, offset = _crypto_frame(payload, offset + 1)
                frames.append(frame)
            elif kind in (_ACK, _ACK_WITH_ECN_COUNTS):
                offset = _after_acknowledgement(payload, offset)
            else:
                break
    except TruncatedError:
        pass
    return frames


def _after_padding(payload: bytes, offset: int) -> int:
    match = _PADDING_AND_PING.match(payload, offset)
    return offset if match is None else match.end()


def _crypto_frame(payload: bytes, offset: int) -> tuple[CryptoFrame, int]:
    position, offset = read_integer(payload, offset)
    length, offset = read_integer(payload, offset)
    end = offset + length
    if end > len(payload):
        raise TruncatedError("the payload ends within a CRYPTO frame")
    return CryptoFrame(position, payload[offset:end]), end


def _after_acknowledgement(payload: bytes, offset: int) -> int:
    """Return the offset after an ACK frame: largest, delay, ranges, and ECN counts if any."""
    with_counts = payload[offset] == _ACK_WITH_ECN_COUNTS
    offset += 1
    for _ in range(2):
        _, offset = read_integer(payload, offset)
    further_ranges, offset = read_integer(payload, offset)
    integers = 1 + 2 * further_ranges + _ECN_COUNTS * with_counts
    if integers > len(payload):
        raise TruncatedError("the payload ends within an ACK frame")
    for _ in range(integers):
        _, offset = read_integer(payload, offset)
    return offset
