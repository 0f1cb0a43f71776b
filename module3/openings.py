"""How payloads begin, where that tells of logins: banners, requests with a password, refusals."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import Indices
from module3.flow_packets import FlowPackets
from module3.flow_state import BACKWARD, States

NOTHING, SSH_BANNER, FTP_REFUSAL, HTTP_REPLY, HTTP_REFUSAL, HTTP_LOGIN = range(6)
_TCP: Final = 6
_LONGEST: Final = 12  # bytes looked at: those of "HTTP/1.1 401"
# RFC 4253 4.2; reply 530 of RFC 959 ("not logged in"); RFC 9112.
_BEGINNINGS: Final = {SSH_BANNER: b"SSH-", FTP_REFUSAL: b"530", HTTP_REPLY: b"HTTP/1."}
_POST: Final = b"POST "
_PASSWORD_FIELD: Final = re.compile(rb"(?:pass|passwd|password|pwd|pw)=", re.IGNORECASE)
_LONGEST_REQUEST: Final = 4096  # bytes of a packet that are searched for the field
_REFUSED: Final = b" 401"
_STATUS_AT: Final = 8


def openings(block: PacketBlock, entries: Indices) -> NDArray[np.uint8]:
    """Return for each packet how its payload begins; what is shorter than 12 bytes is NOTHING."""
    kinds = np.zeros(len(entries), dtype=np.uint8)
    long = (block.protocol[entries] == _TCP) & (block.payload_captured[entries] >= _LONGEST)
    at = np.flatnonzero(long)
    first = block.data[block.payload_offset[entries[at]]]
    for kind, beginning in _BEGINNINGS.items():
        some = at[first == beginning[0]]
        heads = _heads(block, entries[some])
        kinds[some[_equal(heads, 0, beginning)]] = kind
    replies = np.flatnonzero(kinds == HTTP_REPLY)
    refused = _equal(_heads(block, entries[replies]), _STATUS_AT, _REFUSED)
    kinds[replies[refused]] = HTTP_REFUSAL
    posts = at[first == _POST[0]]
    posts = posts[_equal(_heads(block, entries[posts]), 0, _POST)]
    kinds[posts[_with_password(block, entries[posts])]] = HTTP_LOGIN
    return kinds


def update(states: States, packets: FlowPackets) -> None:
    """Count the openings of each flow: banners of either side, replies of the responder alone."""
    either = (packets.opening == SSH_BANNER) | (packets.opening == HTTP_LOGIN)
    counted = either | ((packets.opening != NOTHING) & (packets.backward == bool(BACKWARD)))
    at = np.flatnonzero(counted)
    np.add.at(states["openings"], (packets.flow[at], packets.opening[at] - 1), 1)


def _heads(block: PacketBlock, packets: Indices) -> NDArray[np.uint8]:
    """Return the first bytes of payloads, shape (packets, 12)."""
    heads: NDArray[np.uint8] = block.data[
        block.payload_offset[packets][:, None] + np.arange(_LONGEST)
    ]
    return heads


def _with_password(block: PacketBlock, packets: Indices) -> NDArray[np.bool_]:
    """Tell which requests hold a form with a password, as far as their first packet does."""
    starts = block.payload_offset[packets]
    ends = starts + np.minimum(block.payload_captured[packets], _LONGEST_REQUEST)
    found = [
        _PASSWORD_FIELD.search(block.data[start:end].tobytes()) is not None
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return np.array(found, dtype=np.bool_)


def _equal(heads: NDArray[np.uint8], at: int, text: bytes) -> NDArray[np.bool_]:
    expected = np.frombuffer(text, dtype=np.uint8)
    equal: NDArray[np.bool_] = (heads[:, at : at + len(text)] == expected).all(axis=1)
    return equal
