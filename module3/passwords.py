"""Requests that send a password in the clear: forms, queries, JSON. Different ones are counted."""

from __future__ import annotations

import re
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import Indices
from module3.flow_packets import Payloads
from module3.flow_state import States

_TCP: Final = 6
_SHORTEST: Final = 12
_GET, _POST = b"GET ", b"POST "
_METHOD_LENGTH: Final = 5
_QUERY_WITHIN: Final = 256  # bytes of a GET request, for a question mark
_AT_ONCE: Final = 1 << 13  # such requests, of which each takes some 5 kB meanwhile
_LONGEST: Final = 4096  # bytes of a packet that are searched
_BODY_WITHIN: Final = 4  # payloads after a request without its body, replies included
# A name and a value in a form or a query (also as session[password]), in JSON, or in a part of a
# multipart form.
_FIELD: Final = re.compile(
    rb"(?:(user(?:name)?|uname|usr|login|log|e?mail|account)|(?<!com)(?<!by)pass(?:word|wd|code|phrase)?|pwd|pw)"
    rb'\d?(?:(?:%5D|\])?=|"\s{0,4}:\s{0,4}"|"\r\n\r\n)([^&"\s]{0,64})',
    re.IGNORECASE,
)
_PARTS: Final = (b"pass", b"pw")  # of the names that are searched


def update(states: States, payloads: Payloads) -> None:
    """Count the requests with a password of each flow that differ from the one before.

    A device that is asked for something again and again with the same password guesses none.
    """
    for at in _requests(payloads).tolist():
        sent = _sent(payloads, at)
        if sent:
            row = states[payloads.flow[at]]
            row["password_requests"] += row["credentials"] != sent
            row["credentials"] = sent


def _requests(payloads: Payloads) -> Indices:
    """Return the requests that may hold a password: all POST, and GET with a query."""
    block, packet = payloads.block, payloads.packet
    long = (block.protocol[packet] == _TCP) & (block.payload_captured[packet] >= _SHORTEST)
    at = np.flatnonzero(long)
    first = block.data[block.payload_offset[packet[at]]]
    at = at[(first == _POST[0]) | (first == _GET[0])]
    heads = _bytes(block, packet[at], _METHOD_LENGTH)
    posts = (heads == np.frombuffer(_POST, np.uint8)).all(axis=1)
    gets = (heads[:, : len(_GET)] == np.frombuffer(_GET, np.uint8)).all(axis=1)
    places = np.flatnonzero(gets)
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        gets[some] = (_bytes(block, packet[at[some]], _QUERY_WITHIN) == ord("?")).any(axis=1)
    requests: Indices = at[posts | gets]
    return requests


def _bytes(block: PacketBlock, packets: Indices, count: int) -> NDArray[np.uint8]:
    """Return the first bytes of payloads, shape (packets, count), 0 where there are none."""
    places = np.arange(count)
    inside = places < block.payload_captured[packets][:, None]
    offsets = block.payload_offset[packets][:, None] + places
    found: NDArray[np.uint8] = np.where(inside, block.data[np.where(inside, offsets, 0)], 0)
    return found


def _sent(payloads: Payloads, at: int) -> int:
    """Return a number for the user and the password of a request, 0 if there is no password."""
    head, _, body = _payload(payloads, at).partition(b"\r\n\r\n")
    line = head.partition(b"\r\n")[0]
    if line.startswith(_POST) and not body:
        body = _next_payload(payloads, at)
    return credentials(line) or credentials(body)


def credentials(text: bytes) -> int:
    """Return a number for the names and passwords in a text, 0 if there is no password."""
    lower = text.lower()
    if not any(part in lower for part in _PARTS):  # much faster than the search
        return 0
    fields = list(_FIELD.finditer(text))
    if all(field[1] is not None for field in fields):
        return 0
    return zlib.crc32(b"\n".join(field[2] for field in fields)) or 1


def _next_payload(payloads: Payloads, at: int) -> bytes:
    """Return what the same side of the flow sends next, where a request's body may be."""
    flow, side = payloads.flow[at], payloads.backward[at]
    later = slice(at + 1, at + 1 + 2 * _BODY_WITHIN)
    same = (payloads.flow[later] == flow) & (payloads.backward[later] == side)
    for number in np.flatnonzero(same).tolist():
        found = _payload(payloads, at + 1 + number)
        if found:
            return found
    return b""


def _payload(payloads: Payloads, at: int) -> bytes:
    block, packet = payloads.block, payloads.packet[at]
    start = int(block.payload_offset[packet])
    end = start + min(int(block.payload_captured[packet]), _LONGEST)
    return block.data[start:end].tobytes()
