"""UDP and ICMP packets to connections, which end by silence alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.dns.detect import UDP_PORTS
from capture.builtin.flows.connection_table import (
    FINISHED,
    Connections,
    TextPool,
    copy_common_columns,
    put_rows,
    successors,
    take_rows,
)
from capture.builtin.flows.ports import UDP, is_broadcast, likely_udp_server
from capture.builtin.flows.runs import Booleans, Indices, differences, first_of_run

INACTIVITY: Final = 60 * 10**9
# Zeek looks at a connection on a DNS port every ten seconds, and ends it after nine of silence.
DNS_LOOK: Final = 10 * 10**9
DNS_SILENCE: Final = 9 * 10**9

# Kinds of beginnings, in the column ``state``; 0 is the ordinary one.
FLIPPED: Final = 1  # the ports tell that the responder sent the first packet
ANSWER_FIRST: Final = 2  # the first packet is a DNS response
# By kind of beginning, and who sent: nobody, originator, responder, both.
_HISTORIES: Final = (
    *("", "D", "d", "Dd"),
    *("^", "^D", "^d", "^dD"),
    *("D^", "D^", "D^d", "D^d"),
)
_IPV4_MULTICAST: Final = 0xFFFFE  # first bits of ::ffff:224.0.0.0/100
_IPV6_MULTICAST: Final = 0xFF


@dataclass(frozen=True)
class Datagrams:
    """UDP or ICMP packets, sorted by connection and then in capture order; one entry a packet."""

    connection: Indices
    entry: Indices  # index into the packet block
    side: Booleans  # sent by side 1
    time: NDArray[np.int64]
    now: NDArray[np.int64]  # latest time of any packet of the capture up to this one: runs timers
    length: NDArray[np.int64]  # of the payload
    ip_length: NDArray[np.int64]
    answers: Booleans  # says of itself that it is a DNS response


@dataclass(frozen=True)
class AnalysedDatagrams:
    """Datagrams with their connections; ``ended`` tells which are followed by another one."""

    datagrams: Datagrams
    connections: Connections
    begins: Indices
    ends: Indices
    ended: Booleans


def analyse_datagrams(
    datagrams: Datagrams,
    flows: Connections,
    first_serial: int,
    network_times: NDArray[np.int64],
    histories: TextPool,
) -> AnalysedDatagrams:
    """Return the connections that datagrams belong to.

    ``flows`` are the connections so far, one row for each number in ``datagrams.connection``;
    ``network_times`` the times of all packets of the block in capture order, never falling.
    """
    cuts = _cuts(datagrams, flows, network_times)
    number = np.bincount(datagrams.connection[cuts], minlength=len(flows))
    rows = np.repeat(np.arange(len(flows)), number + 1)
    connections = take_rows(flows, rows)
    is_successor = ~first_of_run(rows)
    again = np.flatnonzero(is_successor)
    put_rows(connections, again, successors(take_rows(connections, again)))
    connection = np.cumsum(cuts) + datagrams.connection
    bounds = np.searchsorted(connection, np.arange(len(connections) + 1))
    begins, ends = bounds[:-1], bounds[1:]
    datagrams = replace(datagrams, connection=connection)
    _begin(datagrams, connections, begins, ends, first_serial)
    _count(datagrams, connections, begins, ends)
    _write_history(connections, histories)
    ended = np.append(rows[1:] == rows[:-1], [False]) if len(rows) else is_successor
    return AnalysedDatagrams(datagrams, connections, begins, ends, ended)


def _cuts(datagrams: Datagrams, flows: Connections, network_times: NDArray[np.int64]) -> Booleans:
    """Return which datagrams begin a connection although their flow has one."""
    first = first_of_run(datagrams.connection)
    starts = np.flatnonzero(first)
    previous = np.roll(datagrams.time, 1)
    rows = datagrams.connection[starts]
    previous[starts] = flows["latest_time"][rows]
    silence = datagrams.now - previous
    silence[starts[~_has_packets(flows)[rows]]] = 0
    cuts = np.zeros(len(silence), dtype=np.bool_)
    cuts[silence >= INACTIVITY] = True
    may_be_dns = np.isin(flows["first_port"], UDP_PORTS) | np.isin(flows["second_port"], UDP_PORTS)
    may_be_dns &= flows["protocol"] == UDP
    silent = (silence >= DNS_SILENCE) & may_be_dns[datagrams.connection]
    rows = datagrams.connection[silent]
    for row in rows[first_of_run(rows)].tolist():
        packets = slice(*np.searchsorted(datagrams.connection, [row, row + 1]))
        cuts[packets] = _dns_cuts(
            datagrams, packets, take_rows(flows, np.array([row])), network_times
        )
    return cuts


def _has_packets(connections: Connections) -> Booleans:
    has_packets: Booleans = connections["packets"].sum(axis=1) > 0
    return has_packets


def asked_originator(connections: Connections) -> Booleans:
    """Return whether the second endpoint was the originator before an answer exchanged the roles.

    Zeek chose the readers then.
    """
    answered = (connections["state"] == ANSWER_FIRST) & (connections["protocol"] == UDP)
    asked: Booleans = connections["originator"].astype(np.bool_) ^ answered
    return asked


def _serves_dns(originator: Booleans, connections: Connections) -> Booleans:
    """Return which connections have a responder whose port Zeek takes for a DNS server's."""
    port = np.where(originator, connections["first_port"], connections["second_port"])
    serves: Booleans = np.isin(port, UDP_PORTS) & (connections["protocol"] == UDP)
    return serves


def _dns_cuts(
    datagrams: Datagrams, packets: slice, flow: Connections, network_times: NDArray[np.int64]
) -> Booleans:
    """Return which packets of a flow come after the DNS timer ended its connection."""
    times, nows = datagrams.time[packets].tolist(), datagrams.now[packets].tolist()
    sides = datagrams.side[packets].tolist()
    serves_dns = _served_by_first_sender(flow)
    known = bool(_has_packets(flow)[0])
    is_dns = bool(_serves_dns(asked_originator(flow), flow)[0]) if known else serves_dns[sides[0]]
    last = int(flow["latest_time"][0]) if known else times[0]
    look = int(flow["next_look"][0]) if known else nows[0] + DNS_LOOK
    cuts = []
    for time, now, side in zip(times, nows, sides, strict=True):
        over = now - last >= INACTIVITY
        while is_dns and look <= now and not over:
            seen = int(network_times[np.searchsorted(network_times, look)])
            over = seen - last >= DNS_SILENCE
            look = seen + DNS_LOOK
        if over:
            look, is_dns = now + DNS_LOOK, serves_dns[side]
        cuts.append(over)
        last = time
    return np.array(cuts, dtype=np.bool_)


def _served_by_first_sender(flow: Connections) -> list[bool]:
    """Return whether a connection of the flow has a DNS server if that side begins it."""
    either = take_rows(flow, np.array([0, 0]))
    side = np.array([False, True])
    served: list[bool] = _serves_dns(side ^ _looks_reversed(side, either), either).tolist()
    return served


def _begin(
    datagrams: Datagrams,
    connections: Connections,
    begins: Indices,
    ends: Indices,
    first_serial: int,
) -> None:
    rows = np.flatnonzero((ends > begins) & ~_has_packets(connections))
    starts = begins[rows]
    side = datagrams.side[starts]
    flipped = _looks_reversed(side, take_rows(connections, rows))
    answered = (
        ~flipped & datagrams.answers[starts] & _asks_a_host(side, take_rows(connections, rows))
    )
    connections["originator"][rows] = side ^ flipped ^ answered
    connections["state"][rows] = np.where(answered, ANSWER_FIRST, np.where(flipped, FLIPPED, 0))
    for column in ("first_time", "last_time", "latest_time"):
        connections[column][rows] = datagrams.time[starts]
    connections["serial"][rows] = datagrams.entry[starts] + first_serial
    connections["next_look"][rows] = datagrams.now[starts] + DNS_LOOK
    # Zeek exchanges the roles when it has begun to count this packet for the originator.
    for column, values in _counted_columns(datagrams):
        amount = np.where(answered, values[starts], 0)
        connections[column][rows, side.astype(np.int64)] -= amount
        connections[column][rows, 1 - side] += amount


def _counted_columns(datagrams: Datagrams) -> tuple[tuple[str, NDArray[np.int64]], ...]:
    ones = np.ones(len(datagrams.time), dtype=np.int64)
    return (("packets", ones), ("ip_bytes", datagrams.ip_length), ("payload", datagrams.length))


def _asks_a_host(from_second: Booleans, connections: Connections) -> Booleans:
    """Return which first packets go to one host's DNS port."""
    port = np.where(from_second, connections["first_port"], connections["second_port"])
    address = np.where(
        from_second[:, None], connections["first_address"], connections["second_address"]
    )
    ipv4_multicast = (address[:, 0] == 0) & ((address[:, 1] >> np.uint64(28)) == _IPV4_MULTICAST)
    ipv6_multicast = (address[:, 0] >> np.uint64(56)) == _IPV6_MULTICAST
    is_udp: Booleans = np.asarray(connections["protocol"] == UDP)
    asks: Booleans = is_udp & np.isin(port, UDP_PORTS) & ~ipv4_multicast & ~ipv6_multicast
    return asks


def _looks_reversed(from_second: Booleans, connections: Connections) -> Booleans:
    """Return which first packets seem to be sent by the server."""
    first_port, second_port = connections["first_port"], connections["second_port"]
    source = np.where(from_second, second_port, first_port)
    destination = np.where(from_second, first_port, second_port)
    address = np.where(
        from_second[:, None], connections["first_address"], connections["second_address"]
    )
    reversed_: Booleans = likely_udp_server(source) & ~likely_udp_server(destination)
    is_udp = np.equal(connections["protocol"], UDP)
    looks_reversed: Booleans = reversed_ & is_udp & ~is_broadcast(address)
    return looks_reversed


def _count(datagrams: Datagrams, connections: Connections, begins: Indices, ends: Indices) -> None:
    live = np.flatnonzero(ends > begins)
    connections["last_time"][live] = datagrams.time[ends[live] - 1]
    connections["latest_time"][live] = datagrams.time[ends[live] - 1]
    for side in (0, 1):
        own = datagrams.side == bool(side)
        for column, values in _counted_columns(datagrams):
            totals = np.cumsum(values * own)
            connections[column][:, side] += differences(totals, begins, ends)


def _write_history(connections: Connections, histories: TextPool) -> None:
    """Write the history of UDP connections: who sent, and whether Zeek would exchange the roles."""
    texts = [histories.number(text) for text in _HISTORIES]
    rows = np.arange(len(connections))
    originator = connections["originator"].astype(np.int64)
    sent = connections["packets"] > 0
    kind = sent[rows, originator] + 2 * sent[rows, 1 - originator] + 4 * connections["state"]
    is_udp = connections["protocol"] == UDP
    connections["history"] = np.array(texts)[np.where(is_udp, kind, 0)]


def finished_rows(connections: Connections, states: TextPool) -> NDArray[np.void]:
    """Return the rows of connections that are over."""
    rows = np.zeros(len(connections), dtype=FINISHED)
    copy_common_columns(connections, rows)
    rows["payload"] = connections["payload"]
    index = np.arange(len(connections))
    originator = connections["originator"].astype(np.int64)
    sent = connections["packets"] > 0
    texts = [states.number(text) for text in ("OTH", "S0", "SHR", "SF")]
    kind = sent[index, originator] + 2 * sent[index, 1 - originator]
    kind = np.where(connections["protocol"] == UDP, kind, 0)
    rows["state"] = np.array(texts)[kind]
    return rows


def are_over(connections: Connections, network_times: NDArray[np.int64]) -> Booleans:
    """Return which connections no packet after those of the block can continue.

    Notes in the others on DNS ports when Zeek looks at them next.
    """
    now = int(network_times[-1])
    over: Booleans = np.asarray(now - connections["latest_time"] >= INACTIVITY)
    is_dns = _serves_dns(asked_originator(connections), connections)
    due = np.flatnonzero(is_dns & (connections["next_look"] <= now))
    while len(due):
        seen = network_times[np.searchsorted(network_times, connections["next_look"][due])]
        over[due] |= seen - connections["latest_time"][due] >= DNS_SILENCE
        connections["next_look"][due] = seen + DNS_LOOK
        due = due[~over[due] & (seen + DNS_LOOK <= now)]
    return over
