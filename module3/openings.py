"""How payloads begin, where that tells of logins: banners, replies, refusals."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import Indices
from module3.flow_packets import Payloads
from module3.flow_state import States

NOTHING, SSH_BANNER, FTP_REFUSAL, FTP_LOGIN, HTTP_REPLY, HTTP_REFUSAL = range(6)
_TCP: Final = 6
_LONGEST: Final = 12  # bytes looked at: those of "HTTP/1.1 401"
# RFC 4253 4.2; replies 530 ("not logged in") and 230 ("logged in") of RFC 959, 430 of servers that
# tell why (of servers of news it is an article that they lack); RFC 9112.
_BEGINNINGS: Final = (
    (SSH_BANNER, b"SSH-"),
    (FTP_REFUSAL, b"530"),
    (FTP_REFUSAL, b"430 Invalid"),
    (FTP_LOGIN, b"230"),
    (HTTP_REPLY, b"HTTP/1."),
)
# What servers answer before a login is tried ("Please login with USER and PASS"), as to AUTH TLS.
_NOT_YET_TRIED: Final = b"Please l"
_REFUSED: Final = b" 401"
_CODE_LENGTH: Final = 4
_STATUS_AT: Final = 8


def openings(block: PacketBlock, entries: Indices) -> NDArray[np.uint8]:
    """Return for each packet how its payload begins; what is shorter than 12 bytes is NOTHING."""
    kinds = np.zeros(len(entries), dtype=np.uint8)
    long = (block.protocol[entries] == _TCP) & (block.payload_captured[entries] >= _LONGEST)
    at = np.flatnonzero(long)
    first = block.data[block.payload_offset[entries[at]]]
    for kind, beginning in _BEGINNINGS:
        some = at[first == beginning[0]]
        heads = _heads(block, entries[some])
        kinds[some[_equal(heads, 0, beginning)]] = kind
    for before, at_byte, text, after in (
        (HTTP_REPLY, _STATUS_AT, _REFUSED, HTTP_REFUSAL),
        (FTP_REFUSAL, _CODE_LENGTH, _NOT_YET_TRIED, NOTHING),
    ):
        some = np.flatnonzero(kinds == before)
        kinds[some[_equal(_heads(block, entries[some]), at_byte, text)]] = after
    return kinds


def update(states: States, payloads: Payloads) -> NDArray[np.uint8]:
    """Count the openings of each flow, of either side: it may begin with what the server sends.

    Return those of the packets.
    """
    kinds = openings(payloads.block, payloads.packet)
    at = np.flatnonzero(kinds != NOTHING)
    np.add.at(states["openings"], (payloads.flow[at], kinds[at] - 1), 1)
    return kinds


def _heads(block: PacketBlock, packets: Indices) -> NDArray[np.uint8]:
    """Return the first bytes of payloads, shape (packets, 12)."""
    heads: NDArray[np.uint8] = block.data[
        block.payload_offset[packets][:, None] + np.arange(_LONGEST)
    ]
    return heads


def _equal(heads: NDArray[np.uint8], at: int, text: bytes) -> NDArray[np.bool_]:
    expected = np.frombuffer(text, dtype=np.uint8)
    equal: NDArray[np.bool_] = (heads[:, at : at + len(text)] == expected).all(axis=1)
    return equal
