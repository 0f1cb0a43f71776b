"""Requests over unencrypted HTTP, of which passwords and code in them are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.runs import Booleans, Indices
from module3.flow_packets import Payloads

_TCP: Final = 6
_SHORTEST: Final = 12
_GET: Final = b"GET "
_WITH_BODY: Final = (b"POST ", b"PUT ")
_METHODS: Final = (_GET, *_WITH_BODY, b"HEAD ")
_METHOD_LENGTH: Final = 5
_ENCODED: Final = np.zeros(256, dtype=np.bool_)
_ENCODED[list(b"?%<'\"")] = True  # one of which a query or code in a path has
_TARGET_WITHIN: Final = 256  # bytes of a request without a body, for one of these
_AT_ONCE: Final = 1 << 13  # such requests, of which each takes some 5 kB meanwhile
_LONGEST: Final = 4096  # bytes of a packet that are searched
_MOST: Final = 64  # requests of a packet, where a client waits for no reply
_BODY_WITHIN: Final = 4  # payloads after a request without its body, replies included
_NEXT: Final = re.compile(rb"\r\n\r\n(?=(?:GET|POST|PUT|HEAD) /)")
_VERSION: Final = re.compile(rb" HTTP/1\.\d$")


class Request(NamedTuple):
    """A request, as far as one packet holds it, and what the next one adds to its body."""

    flow: int
    method: bytes
    target: bytes  # with the query
    body: bytes


def requests(payloads: Payloads) -> Iterator[Request]:
    """Yield the requests with a body or a query, in the order of each flow."""
    for at in _candidates(payloads).tolist():
        flow = int(payloads.flow[at])
        *whole, last = _NEXT.split(_payload(payloads, at), _MOST)[:_MOST]
        for text in whole:
            yield _request(flow, text)
        request = _request(flow, last)
        if last.startswith(_WITH_BODY) and not request.body:
            request = request._replace(body=_next_payload(payloads, at))
        yield request


def _request(flow: int, text: bytes) -> Request:
    head, _, body = text.partition(b"\r\n\r\n")
    method, _, target = head.partition(b"\r\n")[0].partition(b" ")
    return Request(flow, method, _VERSION.sub(b"", target), body)


def _candidates(payloads: Payloads) -> Indices:
    """Return the packets that begin with a request that has a body or may have a query."""
    block, packet = payloads.block, payloads.packet
    long = (block.protocol[packet] == _TCP) & (block.payload_captured[packet] >= _SHORTEST)
    at = np.flatnonzero(long)
    first = block.data[block.payload_offset[packet[at]]]
    at = at[np.isin(first, [method[0] for method in _METHODS])]
    heads = _bytes(block, packet[at], _METHOD_LENGTH)
    with_body = np.any([_begins(heads, method) for method in _WITH_BODY], axis=0)
    others = np.any([_begins(heads, method) for method in _METHODS], axis=0) & ~with_body
    places = np.flatnonzero(others)
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        targets = _bytes(block, packet[at[some]], _TARGET_WITHIN)
        others[some] = _ENCODED[targets].any(axis=1)
    found: Indices = at[with_body | others]
    return found


def _begins(heads: NDArray[np.uint8], method: bytes) -> Booleans:
    text = np.frombuffer(method, np.uint8)
    equal: Booleans = (heads[:, : len(text)] == text).all(axis=1)
    return equal


def _bytes(block: PacketBlock, packets: Indices, count: int) -> NDArray[np.uint8]:
    """Return the first bytes of payloads, shape (packets, count), 0 where there are none."""
    places = np.arange(count)
    inside = places < block.payload_captured[packets][:, None]
    offsets = block.payload_offset[packets][:, None] + places
    found: NDArray[np.uint8] = np.where(inside, block.data[np.where(inside, offsets, 0)], 0)
    return found


def _next_payload(payloads: Payloads, at: int) -> bytes:
    """Return what the same side of the flow sends next, unless it is another request."""
    flow, side = payloads.flow[at], payloads.backward[at]
    later = slice(at + 1, at + 1 + 2 * _BODY_WITHIN)
    same = (payloads.flow[later] == flow) & (payloads.backward[later] == side)
    for number in np.flatnonzero(same).tolist():
        found = _payload(payloads, at + 1 + number)
        if found:
            return b"" if found.startswith(_METHODS) else found
    return b""


def _payload(payloads: Payloads, at: int) -> bytes:
    block, packet = payloads.block, payloads.packet[at]
    start = int(block.payload_offset[packet])
    end = start + min(int(block.payload_captured[packet]), _LONGEST)
    return block.data[start:end].tobytes()
