"""Columns as the tool that made CSE-CIC-IDS2018 computed them, where that differs from ours.

Each was found in the public table itself; docs/flows.md says how, and with which share of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from module3 import moments
from module3.flow_state import (
    ACK,
    BACKWARD,
    CWR,
    ECE,
    FIN,
    FORWARD,
    PSH,
    RST,
    SECOND,
    SYN,
    URG,
    States,
    Values,
    last_times,
)

# The counters stand in the order of a Java hash table below headers in the order of this list, and
# only a flow's first packet was counted.
_FLAG_BELOW: Final = {
    "FIN Flag Cnt": RST,
    "SYN Flag Cnt": PSH,
    "RST Flag Cnt": ECE,
    "PSH Flag Cnt": SYN,
    "ACK Flag Cnt": ACK,
    "URG Flag Cnt": FIN,
    "CWE Flag Count": URG,
    "ECE Flag Cnt": CWR,
    "Fwd PSH Flags": PSH,
    "Fwd URG Flags": URG,
}
_NEVER_COUNTED: Final = (
    "Bwd PSH Flags",
    "Bwd URG Flags",
    *(f"{side} {of}" for side in ("Fwd", "Bwd") for of in ("Byts/b Avg", "Pkts/b Avg")),
    "Fwd Blk Rate Avg",
    "Bwd Blk Rate Avg",
)


def columns(states: States) -> Mapping[str, Values]:
    """Return the columns that replace ours."""
    found: dict[str, Values] = {
        name: np.zeros(len(states), dtype=np.int64) for name in _NEVER_COUNTED
    }
    for name, bit in _FLAG_BELOW.items():
        found[name] = (states["first_flags"] >> np.uint8(bit) & np.uint8(1)).astype(np.int64)
    return {**found, **_lengths(states), **_sides(states), **_rates(states)}


def _lengths(states: States) -> Mapping[str, Values]:
    """Return the statistics of lengths, in which the first packet counts twice."""
    all_ = moments.both(states["lengths"][:, FORWARD], states["lengths"][:, BACKWARD])
    packets = all_["count"].copy()
    moments.add(all_, np.arange(len(states)), states["first_length"])
    return {
        "Pkt Len Mean": moments.mean(all_),
        "Pkt Len Std": moments.deviation(all_),
        "Pkt Len Var": moments.variance(all_),
        "Pkt Size Avg": all_["total"] / packets,
    }


def _sides(states: States) -> Mapping[str, Values]:
    forward, backward = states["lengths"][:, FORWARD], states["lengths"][:, BACKWARD]
    return {
        "Down/Up Ratio": backward["count"] // forward["count"],
        "Subflow Fwd Pkts": forward["count"],
        "Subflow Fwd Byts": forward["total"],
        "Subflow Bwd Pkts": backward["count"],
        "Subflow Bwd Byts": backward["total"],
        "Init Bwd Win Byts": states["last_window"][:, BACKWARD],
        "Fwd Act Data Pkts": states["data_packets"] - (states["first_length"] > 0),
    }


def _rates(states: States) -> Mapping[str, Values]:
    """Return the rates as Java divides: infinite over no time, but 0 for one direction."""
    sides = states["lengths"]
    seconds = (last_times(states) - states["first_time"]) / SECOND
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = [sides[name].sum(axis=1) / seconds for name in ("total", "count")]
        by_side = sides["count"] / seconds[:, np.newaxis]
    by_side[seconds == 0] = 0
    return {
        "Flow Byts/s": rates[0],
        "Flow Pkts/s": rates[1],
        "Fwd Pkts/s": by_side[:, FORWARD],
        "Bwd Pkts/s": by_side[:, BACKWARD],
    }
