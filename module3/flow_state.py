"""What is known of each flow so far: one row of a structured array a flow."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from module3.moments import MOMENTS, clear

Values = NDArray[Any]  # one a flow

SECOND: Final = 1e6  # microseconds
FORWARD, BACKWARD = 0, 1
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = range(8)  # bits of the TCP flags, from the lowest
NEVER: Final = np.iinfo(np.int64).min
NO_WINDOW: Final = -1
LOWEST_CLIENT_PORT: Final = 1024
# Columns that tell of logins, for ``logins``: how payloads begin (``openings``), passwords sent
# (``sent``) and what an SSH server said (``ssh_replies``).
COUNTED: Final = ("SSH Banners", "FTP Refusals", "FTP Logins", "HTTP Replies", "HTTP Refusals")
OPENINGS: Final = (*COUNTED, "HTTP Passwords", "HTTP Credentials", "SSH Refusals", "SSH Logins")
# Columns that tell of code in requests (``sent``): how many differ from the few before them, and
# numbers of the latest few, by which those of several flows are told apart.
INJECTIONS: Final = ("HTTP Scripts", "HTTP SQL")
INJECTED: Final = ("HTTP Latest Scripts", "HTTP Latest SQL")
LATEST_INJECTIONS: Final = 4
# Columns that tell of port scans, also for ``logins``: whether a client asked for a connection that
# then carried nothing, and whether the other side accepted.
TRIES: Final = ("Tried", "Accepted")
OBSERVED: Final = (*OPENINGS, *INJECTIONS, *INJECTED, *TRIES)  # all that the rules read
SSH_REPLIES: Final = 16  # segments of an SSH server of which the length is noted

# Data packets of one side that follow each other: a bulk, if they become four.
_RUN: Final = np.dtype(
    [("side", "i1"), ("packets", "i8"), ("bytes", "i8"), ("first", "i8"), ("last", "i8")]
)
_BULKS: Final = np.dtype([("count", "i8"), ("packets", "i8"), ("bytes", "i8"), ("duration", "i8")])

# Times are microseconds since the Unix epoch; pairs are forward and backward.
STATE: Final = np.dtype(
    [
        ("key", "u8", 5),  # as ``capture.builtin.flows.grouping`` makes it
        ("forward_is_second", "?"),  # whether the key's second endpoint sent the first packet
        ("first_time", "i8"),
        ("last_time", "i8", 2),
        ("lengths", MOMENTS, 2),
        ("gaps", MOMENTS),
        ("side_gaps", MOMENTS, 2),
        ("active_since", "i8"),
        ("active", MOMENTS),
        ("idle", MOMENTS),
        ("pauses", "i8"),
        ("header_bytes", "i8", 2),
        ("lowest_header", "i8"),
        ("data_packets", "i8"),
        ("flags", "i4", (2, 8)),
        ("first_flags", "u1"),
        ("first_length", "i8"),
        ("first_window", "i4", 2),
        ("last_window", "i4", 2),
        ("openings", "i4", len(COUNTED)),
        ("password_requests", "i4"),
        ("credentials", "u4"),  # those of the latest such request
        ("injections", "i4", len(INJECTIONS)),  # scripts and SQL
        ("injected", "u4", (len(INJECTED), LATEST_INJECTIONS)),
        ("ssh_segments", "i4"),
        ("ssh_replies", "u2", SSH_REPLIES),
        ("run", _RUN),
        ("bulks", _BULKS, 2),
    ]
)
States = NDArray[np.void]
_WHOLE: Final = np.dtype((np.void, STATE.itemsize))  # which NumPy copies in one go, not by fields


def _nothing_known() -> States:
    states = np.zeros(1, dtype=STATE)
    for name in ("lengths", "gaps", "side_gaps", "active", "idle"):
        clear(states[name])
    states["last_time"] = NEVER
    states["first_window"] = NO_WINDOW
    states["last_window"] = NO_WINDOW
    states["lowest_header"] = np.iinfo(np.int64).max
    return states


_NOTHING_KNOWN: Final = _nothing_known()


def new_states(count: int) -> States:
    """Return flows of which nothing is known."""
    return np.repeat(_NOTHING_KNOWN, count)


def chosen(states: States, which: NDArray[np.bool_] | NDArray[np.intp]) -> States:
    """Return the flows that a mask or indices name."""
    found: States = states.view(_WHOLE)[which].view(STATE)
    return found


def joined(*parts: States) -> States:
    """Return the flows of all parts, one after the other."""
    return np.concatenate([part.view(_WHOLE) for part in parts]).view(STATE)


def overwrite(
    states: States, which: NDArray[np.bool_] | NDArray[np.intp] | slice, others: States
) -> None:
    """Put others in the place of the flows that a mask, indices or a range name."""
    states.view(_WHOLE)[which] = others.view(_WHOLE)


def have_ended(states: States) -> NDArray[np.bool_]:
    """Return whether a FIN or a RST was seen."""
    packets: NDArray[np.int64] = states["flags"].sum(axis=1)
    return packets[:, FIN] + packets[:, RST] > 0


def last_times(states: States) -> NDArray[np.int64]:
    """Return the time of the latest packet of either side, NEVER before the first."""
    times: NDArray[np.int64] = states["last_time"].max(axis=1, initial=NEVER)
    return times


def ports(states: States) -> NDArray[np.int64]:
    """Return the ports of the sender of the first packet and of the other, shape (flows, 2)."""
    number = states["key"][:, 4]
    both = [(number >> np.uint64(shift) & np.uint64(0xFFFF)).astype(np.int64) for shift in (32, 16)]
    turned = states["forward_is_second"]
    return np.stack(
        [np.where(turned, both[1], both[0]), np.where(turned, both[0], both[1])], axis=1
    )


def responds(states: States) -> NDArray[np.bool_]:
    """Return whether the server is the backward side.

    It is unless the ports say otherwise: where the beginning was missed, a server may seem to have
    sent the first packet.
    """
    forward, backward = ports(states).T
    responder: NDArray[np.bool_] = ~(
        (forward < LOWEST_CLIENT_PORT) & (backward >= LOWEST_CLIENT_PORT)
    )
    return responder
