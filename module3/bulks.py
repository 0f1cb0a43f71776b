"""Bulks: at least four data packets of one side, none of the other between, no pause over 1 s.

The definition is CICFlowMeter's (``updateFlowBulk``), which has it from the ISCX Tor work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import Booleans, Indices, first_of_run, run_lengths
from module3.flow_packets import FlowPackets
from module3.flow_state import States

LONGEST_PAUSE: Final = 1_000_000  # microseconds
FEWEST_PACKETS: Final = 4


@dataclass(frozen=True)
class _Runs:
    """Runs of data packets of one side, in the order of their flows."""

    flow: Indices
    side: NDArray[np.int64]
    packets: NDArray[np.int64]
    bytes: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def update(states: States, packets: FlowPackets) -> None:
    """Add the packets to their flows; the last run of each stays open."""
    runs = _runs(packets.take(np.flatnonzero(packets.length > 0)))
    begins = first_of_run(runs.flow)
    _join_open(states, runs, begins)
    ends = np.append(begins[1:], True)[: len(begins)]
    _count(states, runs, ~ends)
    for name in ("side", "packets", "bytes", "first", "last"):
        states["run"][name][runs.flow[ends]] = getattr(runs, name)[ends]


def close(states: States) -> None:
    """Count the runs that are open: their flows are over."""
    _count(states, _open_runs(states, np.arange(len(states))), np.ones(len(states), dtype=np.bool_))
    states["run"]["packets"] = 0


def _runs(data: FlowPackets) -> _Runs:
    begins = first_of_run(data.flow) | first_of_run(data.backward)
    begins[1:] |= np.diff(data.time) > LONGEST_PAUSE
    starts = np.flatnonzero(begins)
    packets = run_lengths(starts, len(data.flow))
    return _Runs(
        flow=data.flow[starts],
        side=data.backward[starts].astype(np.int64),
        packets=packets,
        bytes=np.add.reduceat(data.length, starts) if len(starts) else data.length,
        first=data.time[starts],
        last=data.time[starts + packets - 1],
    )


def _open_runs(states: States, flows: Indices) -> _Runs:
    run = states["run"][flows]
    return _Runs(
        flow=flows,
        side=run["side"].astype(np.int64),
        packets=run["packets"],
        bytes=run["bytes"],
        first=run["first"],
        last=run["last"],
    )


def _join_open(states: States, runs: _Runs, begins: Booleans) -> None:
    """Let the first run of each flow continue the open one, or count that as over."""
    at = np.flatnonzero(begins)
    before = _open_runs(states, runs.flow[at])
    joins = (before.packets > 0) & (before.side == runs.side[at])
    joins &= runs.first[at] - before.last <= LONGEST_PAUSE
    _count(states, before, ~joins)
    runs.packets[at[joins]] += before.packets[joins]
    runs.bytes[at[joins]] += before.bytes[joins]
    runs.first[at[joins]] = before.first[joins]


def _count(states: States, runs: _Runs, over: Booleans) -> None:
    """Add the runs that are over, and long enough, to the bulks of their flows."""
    bulks = np.flatnonzero(over & (runs.packets >= FEWEST_PACKETS))
    place = runs.flow[bulks], runs.side[bulks]
    np.add.at(states["bulks"]["count"], place, 1)
    np.add.at(states["bulks"]["packets"], place, runs.packets[bulks])
    np.add.at(states["bulks"]["bytes"], place, runs.bytes[bulks])
    np.add.at(states["bulks"]["duration"], place, runs.last[bulks] - runs.first[bulks])
