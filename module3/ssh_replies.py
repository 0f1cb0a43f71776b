"""Whether logins over SSH were refused, by the lengths of what the server sends.

After the key exchange the server accepts the request for a login service (RFC 4253 10) and answers
each try (RFC 4252 5.1). Nothing of that can be read, but "success" has a payload of 1 byte and the
accepted service one of 17, so that whatever cipher and MAC were agreed on, success is 16 bytes
shorter, and every refusal is longer than success. Zeek tells logins in the same way.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Booleans, Indices, run_lengths, run_starts
from module3.flow_packets import Payloads
from module3.flow_state import SSH_REPLIES, States, ports, responds
from module3.openings import SSH_BANNER

_SSH_PORT: Final = 22
_SSH_BANNERS: Final = 0  # of the openings
# Lengths of the accepted service: 24 or 32 bytes with or without 4 more before them, and MACs of 8,
# 12, 16, 20, 32 and 64 bytes.
_ACCEPTED: Final = np.array([40, 44, 48, 52, 56, 64, 68, 96, 100], dtype=np.uint16)
_SHORTER: Final = 16  # bytes by which success is shorter
_KEY_EXCHANGE: Final = 150  # bytes at least of a list of algorithms, and of a reply with host key
_EXCHANGES: Final = 2  # such segments before the first encrypted one
_LONGEST_REFUSAL: Final = 300
_LARGEST: Final = np.iinfo(np.uint16).max


def update(states: States, payloads: Payloads, kinds: NDArray[np.uint8]) -> None:
    """Note the lengths of the server's first segments with data, in flows of SSH.

    ``kinds`` is how each payload begins, which is counted in the states already.
    """
    of_flow = _by_port(states) | _by_banner(states)
    if not of_flow.any():
        return
    at = np.flatnonzero(of_flow[payloads.flow])
    at = at[_known_by_then(states, payloads.flow[at], kinds[at])]
    length = payloads.block.payload_length[payloads.packet[at]]
    from_server = payloads.backward[at] == responds(states)[payloads.flow[at]]
    at, length = (each[(length > 0) & from_server] for each in (at, length))
    _note(states, payloads.flow[at], length)


def _by_port(states: States) -> Booleans:
    of_flow: Booleans = (ports(states) == _SSH_PORT).any(axis=1)
    return of_flow


def _by_banner(states: States) -> Booleans:
    of_flow: Booleans = states["openings"][:, _SSH_BANNERS] > 0
    return of_flow


def _known_by_then(states: States, flow: Indices, kinds: NDArray[np.uint8]) -> Booleans:
    """Return for packets whether their flow was known as SSH when they came.

    What a later packet of the block tells is not known yet, or else the size of blocks would count.
    """
    banners = np.cumsum(kinds == SSH_BANNER)
    starts = run_starts(flow)
    counts = run_lengths(starts, len(flow))
    later = np.repeat(banners[starts + counts - 1], counts) - banners
    by_banner = states["openings"][flow, _SSH_BANNERS] > later
    known: Booleans = by_banner | _by_port(states)[flow]
    return known


def _note(states: States, flow: Indices, length: NDArray[np.int32]) -> None:
    starts = run_starts(flow)
    counts = run_lengths(starts, len(flow))
    place = np.arange(len(flow)) - np.repeat(starts, counts) + states["ssh_segments"][flow]
    early = np.flatnonzero(place < SSH_REPLIES)
    lengths = np.minimum(length[early], _LARGEST)
    states["ssh_replies"][flow[early], place[early]] = lengths
    states["ssh_segments"][flow[starts]] += counts


def refusals(states: States) -> tuple[NDArray[np.int64], Booleans]:
    """Return how many tries the server refused, as far as was noted, and whether one succeeded.

    Refused are replies after the accepted service, that to the method "none" included. Servers that
    pad at random do not show which reply is which: all but the first count as refused.
    """
    lengths = states["ssh_replies"]
    places = np.arange(SSH_REPLIES)
    exchanged = np.cumsum(lengths >= _KEY_EXCHANGE, axis=1)
    encrypted = (exchanged >= _EXCHANGES) & (lengths > 0) & (lengths <= _LONGEST_REFUSAL)
    accepted = encrypted & np.isin(lengths, _ACCEPTED)
    known: Booleans = np.any(accepted, axis=1)
    first = np.where(known, accepted.argmax(axis=1), encrypted.argmax(axis=1))
    length = np.take_along_axis(lengths, first[:, None], axis=1).astype(np.int64)
    later = encrypted & (places > first[:, None])
    success = later & known[:, None] & (lengths == length - _SHORTER)
    succeeded = success.any(axis=1)
    end = np.where(succeeded, success.argmax(axis=1), SSH_REPLIES)
    return (later & (places < end[:, None])).sum(axis=1), succeeded
