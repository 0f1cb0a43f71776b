"""Flows to the rows of the flow table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.flows.addresses import address_texts
from module3 import cic_columns, moments, ssh_replies
from module3.columns import COLUMNS, ENDPOINTS, NAMES
from module3.flow_state import (
    ACK,
    BACKWARD,
    COUNTED,
    CWR,
    ECE,
    FIN,
    FORWARD,
    INJECTED,
    INJECTIONS,
    OBSERVED,
    PSH,
    RST,
    SECOND,
    SYN,
    URG,
    States,
    Values,
    chosen,
    last_times,
)

_TCP, _UDP = 6, 17
# What is sent to somebody who is connected has one of these; a scan may send no flags at all.
_NOT_FIRST: Final = 1 << ACK | 1 << RST
_CIC_TIMESTAMP: Final = "%d/%m/%Y %H:%M:%S"
_FLAGS: Final = {"FIN": FIN, "SYN": SYN, "RST": RST, "PSH": PSH, "ACK": ACK, "URG": URG, "ECE": ECE}


def in_parts(states: States, *, cic: bool = False, at_once: int = 1 << 14) -> Iterator[States]:
    """Yield what ``flow_table`` has rows of, in their order, so many at a time; none of none.

    Their tables take little memory.
    """
    if cic:
        states = chosen(states, states["lengths"]["count"].sum(axis=1) > 1)
    order = np.lexsort((*states["key"].T, states["first_time"]))
    for start in range(0, len(order), at_once):
        yield chosen(states, order[start : start + at_once])


def flow_table(states: States, *, cic: bool = False, logins: bool = False) -> pl.DataFrame:
    """Return one row a flow, by time of the first packet; columns are ENDPOINTS and NAMES.

    Times are seconds; what cannot be known, as a rate over no time, is missing, and the statistics
    of no values are 0, as in the public tables. ``cic`` gives the variant of 2018: microseconds,
    no flows of one packet, and the columns that the tool got wrong as it got them. With ``logins``
    the columns OBSERVED follow.
    """
    states = next(in_parts(states, cic=cic, at_once=max(1, len(states))), states[:0])
    columns: dict[str, Values] = {}
    for part in (_lengths, _rates, _flags, _headers, _gaps, _periods, _bulks, _subflows):
        columns |= part(states)
    columns |= {**_logins(states), **_injections(states), **_tries(states)} if logins else {}
    columns |= cic_columns.columns(states) if cic else _in_seconds(columns)
    table = pl.DataFrame({**_endpoints(states, cic=cic), **columns}).with_columns(
        pl.from_epoch("Timestamp", time_unit="us"), Label=pl.lit(None, pl.String)
    )
    shown = (*ENDPOINTS, *NAMES, *(OBSERVED if logins else ()))
    table = table.select(shown).fill_nan(None)
    stamp = pl.col("Timestamp").dt.strftime(_CIC_TIMESTAMP)
    return table.with_columns(stamp) if cic else table


def _in_seconds(columns: Mapping[str, Values]) -> dict[str, Values]:
    """Return the columns that are times, which come in microseconds."""
    times = (column.name for column in COLUMNS if column.unit == "seconds")
    return {name: columns[name] / SECOND for name in times}


def _endpoints(states: States, *, cic: bool) -> dict[str, Values | pl.Series]:
    key, swapped = states["key"], states["forward_is_second"]
    protocol = _protocol(states)
    has_ports = (protocol == _TCP) | (protocol == _UDP)
    ports = [(key[:, 4] >> np.uint64(shift) & np.uint64(0xFFFF)) * has_ports for shift in (32, 16)]
    first, second = key[:, 0:2], key[:, 2:4]
    turned = swapped[:, np.newaxis]
    return {
        "Src IP": _texts(np.where(turned, second, first)),
        "Src Port": np.where(swapped, ports[1], ports[0]).astype(np.int64),
        "Dst IP": _texts(np.where(turned, first, second)),
        "Dst Port": np.where(swapped, ports[0], ports[1]).astype(np.int64),
        "Protocol": protocol * has_ports if cic else protocol,
        "Timestamp": states["first_time"],
    }


def _texts(addresses: NDArray[np.uint64]) -> pl.Series:
    return pl.Series(address_texts(addresses).tolist(), dtype=pl.String)


def _statistics(prefix: str, values: moments.Moments, total: str = "") -> dict[str, Values]:
    values = values.copy()  # side by side, out of the rows of the flows
    found: dict[str, Values] = {
        f"{prefix} Max": values["highest"],
        f"{prefix} Min": moments.lowest(values),
        f"{prefix} Mean": moments.mean(values),
        f"{prefix} Std": moments.deviation(values),
    }
    if total:
        found[total] = values["total"]
    return found


def _lengths(states: States) -> Mapping[str, Values]:
    forward, backward = states["lengths"][:, FORWARD], states["lengths"][:, BACKWARD]
    all_ = moments.both(forward, backward)
    return {
        "Tot Fwd Pkts": forward["count"],
        "Tot Bwd Pkts": backward["count"],
        **_statistics("Fwd Pkt Len", forward, "TotLen Fwd Pkts"),
        **_statistics("Bwd Pkt Len", backward, "TotLen Bwd Pkts"),
        **_statistics("Pkt Len", all_),
        "Pkt Len Var": moments.variance(all_),
        "Pkt Size Avg": moments.mean(all_),
        "Fwd Seg Size Avg": moments.mean(forward),
        "Bwd Seg Size Avg": moments.mean(backward),
        "Down/Up Ratio": backward["count"] / forward["count"],
    }


def _rates(states: States) -> Mapping[str, Values]:
    sides = states["lengths"]
    duration = last_times(states) - states["first_time"]
    time = np.where(duration > 0, duration / SECOND, np.nan)
    return {
        "Flow Duration": duration,
        "Flow Byts/s": sides["total"].sum(axis=1) / time,
        "Flow Pkts/s": sides["count"].sum(axis=1) / time,
        "Fwd Pkts/s": sides["count"][:, FORWARD] / time,
        "Bwd Pkts/s": sides["count"][:, BACKWARD] / time,
    }


def _flags(states: States) -> Mapping[str, Values]:
    flags = states["flags"].astype(np.int64)
    both = flags.sum(axis=1)
    counts: dict[str, Values] = {f"{name} Flag Cnt": both[:, bit] for name, bit in _FLAGS.items()}
    for side, name in ((FORWARD, "Fwd"), (BACKWARD, "Bwd")):
        counts[f"{name} PSH Flags"] = flags[:, side, PSH]
        counts[f"{name} URG Flags"] = flags[:, side, URG]
    return counts | {"CWE Flag Count": both[:, CWR]}


def _headers(states: States) -> Mapping[str, Values]:
    return {
        "Fwd Header Len": states["header_bytes"][:, FORWARD],
        "Bwd Header Len": states["header_bytes"][:, BACKWARD],
        "Fwd Seg Size Min": states["lowest_header"],
        "Fwd Act Data Pkts": states["data_packets"],
        "Init Fwd Win Byts": states["first_window"][:, FORWARD],
        "Init Bwd Win Byts": states["first_window"][:, BACKWARD],
    }


def _gaps(states: States) -> Mapping[str, Values]:
    forward, backward = states["side_gaps"][:, FORWARD], states["side_gaps"][:, BACKWARD]
    return {
        **_statistics("Flow IAT", states["gaps"]),
        **_statistics("Fwd IAT", forward, "Fwd IAT Tot"),
        **_statistics("Bwd IAT", backward, "Bwd IAT Tot"),
    }


def _periods(states: States) -> Mapping[str, Values]:
    active = _statistics("Active", states["active"])
    return active | _statistics("Idle", states["idle"])


def _bulks(states: States) -> Mapping[str, Values]:
    found: dict[str, Values] = {}
    for side, name in ((FORWARD, "Fwd"), (BACKWARD, "Bwd")):
        bulks = states["bulks"][:, side]
        count = np.maximum(bulks["count"], 1)
        found[f"{name} Byts/b Avg"] = bulks["bytes"] / count
        found[f"{name} Pkts/b Avg"] = bulks["packets"] / count
        found[f"{name} Blk Rate Avg"] = _over_time(bulks["bytes"], bulks["duration"])
    return found


def _over_time(amount: NDArray[np.int64], duration: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return amount a second: 0 of nothing, missing where it took no time."""
    seconds = np.where(duration > 0, duration / SECOND, np.where(amount > 0, np.nan, 1))
    return amount / seconds


def _subflows(states: States) -> Mapping[str, Values]:
    found: dict[str, Values] = {}
    for side, name in ((FORWARD, "Fwd"), (BACKWARD, "Bwd")):
        lengths = states["lengths"][:, side]
        found[f"Subflow {name} Pkts"] = lengths["count"] / (states["pauses"] + 1)
        found[f"Subflow {name} Byts"] = lengths["total"] / (states["pauses"] + 1)
    return found


def _logins(states: States) -> Mapping[str, Values]:
    refused, accepted = ssh_replies.refusals(states)
    found: dict[str, Values] = {
        name: states["openings"][:, place] for place, name in enumerate(COUNTED)
    }
    return found | {
        "HTTP Passwords": states["password_requests"],
        "HTTP Credentials": states["credentials"],
        "SSH Refusals": refused,
        "SSH Logins": accepted.astype(np.int64),
    }


def _injections(states: States) -> Mapping[str, Values]:
    kinds = enumerate(zip(INJECTIONS, INJECTED, strict=True))
    return {
        name: values[:, kind]
        for kind, names in kinds
        for name, values in zip(names, (states["injections"], states["injected"]), strict=True)
    }


def _tries(states: States) -> Mapping[str, Values]:
    is_tcp = _protocol(states) == _TCP
    asks = states["first_flags"] & np.uint8(_NOT_FIRST) == 0
    empty = states["lengths"]["total"].sum(axis=1) == 0
    return {
        "Tried": is_tcp & asks & empty,
        "Accepted": states["flags"][:, BACKWARD, SYN] > 0,
    }


def _protocol(states: States) -> NDArray[np.int64]:
    return (states["key"][:, 4] >> np.uint64(1) & np.uint64(0xFF)).astype(np.int64)
