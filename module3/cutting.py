"""Where the packets between two endpoints stop being one flow and begin the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Booleans, Indices
from module3.flow_state import ACK, FIN, RST, SYN

FLOW_TIMEOUT: Final = 120_000_000  # microseconds, from a flow's first packet
_CLOSES: Final = 1 << FIN | 1 << RST
_OPENS: Final = 1 << SYN
_HANDSHAKE: Final = _CLOSES | _OPENS | 1 << ACK

# Where flows that begin at these packets end, by which go on from before and have ended already.
_Ending = Callable[[Indices, Booleans, Booleans], Indices]


@dataclass(frozen=True)
class Streams:
    """Packets sorted by endpoints and protocol; those of stream ``i`` end before ``ends[i]``.

    ``time`` is in microseconds; ``cut`` lets it fall within no flow. ``goes_on`` tells the streams
    that have an open flow, ``origin`` when it began (microseconds) and ``ended`` whether a FIN or a
    RST was seen in it.
    """

    time: NDArray[np.int64]
    flags: NDArray[np.uint8]
    starts: Indices
    ends: Indices
    goes_on: Booleans
    origin: NDArray[np.int64]
    ended: Booleans


@dataclass(frozen=True)
class Pieces:
    """Consecutive packets of one flow each: ``starts`` to ``ends`` of ``stream``.

    A piece that ``goes_on`` belongs to the stream's open flow, and may be empty; of one that
    ``is_over`` no packet can follow.
    """

    stream: Indices
    starts: Indices
    ends: Indices
    goes_on: Booleans
    is_over: Booleans


def cut(streams: Streams, *, cic: bool) -> Pieces:
    """Cut streams into flows.

    A flow takes the packets of two minutes from its first. In TCP a SYN without ACK begins the next
    one after a FIN or a RST, and what straggles in before it belongs to the flow that ended. With
    ``cic`` the first FIN after a flow's first packet ends it at once, and a RST never does.
    """
    ending = (_behind_next_fin if cic else _next_syn_after_an_end)(streams.flags)
    falls = np.flatnonzero(np.diff(streams.time) < 0)
    if not cic:
        _raise_falling(streams.time, falls, streams.starts, streams.ends)
    stream, starts = np.arange(len(streams.starts)), streams.starts
    goes_on, origin, ended = streams.goes_on, streams.origin, streams.ended
    found = []
    while len(stream):
        ends = streams.ends[stream]
        at_flag = ending(starts, goes_on, ended)
        stop = np.minimum(at_flag, ends)
        if cic:  # a flow that a FIN has ended is forgotten with its times
            _raise_falling(streams.time, falls, starts, stop)
        late = (stop > starts) & (streams.time[stop - 1] > origin + FLOW_TIMEOUT)
        for at in np.flatnonzero(late).tolist():
            time = streams.time[starts[at] : stop[at]]
            stop[at] = starts[at] + np.searchsorted(time, origin[at] + FLOW_TIMEOUT, side="right")
        more = stop < ends
        is_over = more | (~late & (at_flag <= ends)) if cic else more
        found.append((stream, starts, stop, goes_on, is_over))
        stream, starts = stream[more], stop[more]
        goes_on = ended = np.zeros(len(stream), dtype=np.bool_)
        origin = streams.time[starts]
    return _in_order(found)


def _raise_falling(time: NDArray[np.int64], falls: Indices, starts: Indices, ends: Indices) -> None:
    """Let no time fall between starts and ends, both ascending; behind ``falls`` it may."""
    part = np.searchsorted(ends, falls, side="right")
    known = part < len(ends)
    falls, part = falls[known], part[known]
    within = (falls >= starts[part]) & (falls + 1 < ends[part])
    for row in np.unique(part[within]).tolist():
        times = time[starts[row] : ends[row]]
        np.maximum.accumulate(times, out=times)


def _in_order(found: list[tuple[Indices, Indices, Indices, Booleans, Booleans]]) -> Pieces:
    if not found:
        empty, none = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
        return Pieces(empty, empty, empty, none, none)
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.lexsort((columns[2], columns[1]))
    return Pieces(*(column[order] for column in columns))


def _next_syn_after_an_end(flags: NDArray[np.uint8]) -> _Ending:
    next_close = _next((flags & _CLOSES) != 0)
    next_open = _next((flags & _HANDSHAKE) == _OPENS)

    def ending(starts: Indices, _: Booleans, ended: Booleans) -> Indices:
        return next_open[np.where(ended, starts, next_close[starts])]

    return ending


def _behind_next_fin(flags: NDArray[np.uint8]) -> _Ending:
    next_fin = _next((flags & (1 << FIN)) != 0)

    def ending(starts: Indices, goes_on: Booleans, _: Booleans) -> Indices:
        return next_fin[np.where(goes_on, starts, starts + 1)] + 1

    return ending


def _next(marks: Booleans) -> Indices:
    """Return for each entry, and the end, the next one marked, itself included; else the end."""
    count = len(marks)
    places = np.append(np.where(marks, np.arange(count), count), count)
    return np.minimum.accumulate(places[::-1])[::-1]
