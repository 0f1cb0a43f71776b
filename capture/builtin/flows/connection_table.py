"""The columns by which open and finished connections are remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Connections = NDArray[np.void]

# Columns of two are by side of the flow: side 0 sends from the first endpoint. Times are in
# nanoseconds. Positions count bytes of a TCP stream from its SYN, which has position 0.
IDENTITY: Final[list[tuple[Any, ...]]] = [
    ("first_address", "u8", 2),
    ("second_address", "u8", 2),
    ("first_port", "u2"),
    ("second_port", "u2"),
    ("protocol", "u1"),
    ("one_way", "?"),
]
OPEN: Final = np.dtype(
    [
        *IDENTITY,
        ("serial", "i8"),  # number of its first packet among all decoded ones
        ("first_time", "i8"),
        ("last_time", "i8"),  # of the last packet that counts for the duration
        ("latest_time", "i8"),  # of the last packet
        ("originator", "u1"),
        ("history", "i4"),
        ("packets", "i8", 2),
        ("ip_bytes", "i8", 2),
        ("payload", "i8", 2),  # datagram protocols: bytes sent
        ("next_look", "i8"),  # datagram protocols: when Zeek's DNS timer fires next
        ("payload_seen", "?", 2),  # a first payload was shown to protocol detection
        ("stream", "u1"),
        ("state", "i4"),  # TCP: number of the conversation state
        ("attempted", "i8"),
        ("removal_base", "i8"),
        ("half_closed", "i8"),
        ("answered", "?"),  # the responder sent more than acknowledgements
        ("closing", "?"),  # a FIN or RST was seen
        ("opening_sequence", "u4"),  # of the last SYN without ACK
        ("opening_seen", "?"),
        ("opening_time", "i8"),
        ("started", "?", 2),
        ("from_syn", "?", 2),  # a SYN told the start
        ("start", "u4", 2),  # sequence number of position 0
        ("sequence", "u4", 2),  # of the last packet
        ("position", "i8", 2),  # of the last packet
        ("end", "i8", 2),  # highest position reached, control flags included
        ("acknowledged", "i8", 2),
        ("trimmed", "i8", 2),  # like acknowledged, as the reassembler sees it
        ("stored_end", "i8", 2),  # end of the payload that the capture holds
        ("fin", "?", 2),
        ("fin_end", "i8", 2),
        ("reset", "?", 2),
        ("retransmissions", "i4", 2),
        ("zero_windows", "i4", 2),
        ("gaps", "i4", 2),
        ("missed", "i8"),
        ("control_position", "i8", (2, 3)),  # of the last SYN, FIN and RST
    ]
)
FINISHED: Final = np.dtype(
    [
        *IDENTITY,
        ("serial", "i8"),
        ("first_time", "i8"),
        ("duration", "i8"),
        ("originator", "u1"),
        ("history", "i4"),
        ("state", "i4"),  # index into the interned texts of conn_state
        ("service", "i4"),  # the same for service
        ("packets", "i8", 2),
        ("ip_bytes", "i8", 2),
        ("payload", "i8", 2),
        ("missed", "i8"),
    ]
)


# NumPy copies structured arrays column by column where it indexes or joins them, which takes ten
# times as long as whole rows do.


def take_rows(rows: NDArray[np.void], where: NDArray[np.bool_] | NDArray[np.int64]) -> Connections:
    """Return ``rows[where]``."""
    index = np.flatnonzero(where) if where.dtype == np.bool_ else where
    taken: Connections = rows.take(index)
    return taken


def split_rows(rows: Connections, where: NDArray[np.bool_]) -> tuple[Connections, Connections]:
    """Return ``rows[where]`` and ``rows[~where]``; what would be all rows is not copied."""
    if not where.any():
        return rows[:0], rows
    if where.all():
        return rows, rows[:0]
    return take_rows(rows, where), take_rows(rows, ~where)


def put_rows(rows: NDArray[np.void], where: NDArray[np.int64], values: NDArray[np.void]) -> None:
    """Do ``rows[where] = values``."""
    _whole(rows)[where] = _whole(values)


def join_rows(parts: Sequence[NDArray[np.void]]) -> Connections:
    """Return ``np.concatenate(parts)``; there is at least one. Only one with rows is not copied."""
    filled = [part for part in parts if len(part)]
    if len(filled) <= 1:
        return filled[0] if filled else parts[0]
    return np.concatenate([_whole(part) for part in parts]).view(parts[0].dtype)


def _whole(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Return the same rows without their columns."""
    return rows.view(f"V{rows.dtype.itemsize}")


def new_connections(count: int) -> Connections:
    """Return that many connections of which nothing is known yet."""
    return np.zeros(count, dtype=OPEN)


def successors(connections: Connections) -> Connections:
    """Return connections of which nothing is known but the same addresses and ports."""
    fresh = new_connections(len(connections))
    for column, *_ in IDENTITY:
        fresh[column] = connections[column]
    return fresh


def copy_common_columns(connections: Connections, rows: NDArray[np.void]) -> None:
    """Copy to rows of finished connections what needs no calculation."""
    for column, *_ in IDENTITY:
        rows[column] = connections[column]
    for column in ("serial", "first_time", "originator", "history", "packets", "ip_bytes"):
        rows[column] = connections[column]
    rows["duration"] = connections["last_time"] - connections["first_time"]


class TextPool:
    """Texts that recur, each known by a number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        known = self._numbers.get(text)
        if known is None:
            known = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return known
