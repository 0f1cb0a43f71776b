"""Packets to flows: equal addresses, ports and protocol, whichever way a packet goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.connection_table import Connections, new_connections, put_rows
from capture.builtin.flows.open_connections import OpenConnections
from capture.builtin.flows.ports import ICMP, ICMPV6
from capture.builtin.flows.runs import Booleans, Indices, first_of_run, run_lengths

Keys = tuple[NDArray[np.uint64], ...]  # both addresses in two halves, the rest in one number

_ATTEMPTS: Final = 8  # at a hash without collisions, before sorting by the keys themselves
_ONE_WAY: Final = -1
_MULTIPLIERS: Final = np.array(
    [
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
    ],
    dtype=np.uint64,
)


def _pairs(*pairs: tuple[int, int]) -> NDArray[np.int32]:
    table = np.full(256, _ONE_WAY, dtype=np.int32)
    for one, other in pairs:
        table[one], table[other] = other, one
    return table


# ICMP types that answer each other (Zeek's choice): echo, router discovery, timestamp, information,
# address mask; then echo, MLD query and report, router and neighbour discovery, node information,
# home agent discovery.
_COUNTERPART: Final = _pairs((8, 0), (10, 9), (13, 14), (15, 16), (17, 18))
_COUNTERPART_V6: Final = _pairs(
    (128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145)
)


@dataclass(frozen=True)
class Grouped:
    """Packets of a block sorted by flow, and the flows.

    ``entry`` indexes the block, ``row`` the flows, and the packets of flow ``row`` are
    ``bounds[row]`` to ``bounds[row + 1]``; ``side`` is whether the flow's second endpoint sent it.
    ``flows`` are the open connections that have packets here, and new ones.
    """

    entry: Indices
    row: Indices
    bounds: Indices
    side: Booleans
    flows: Connections


def group(block: PacketBlock, entries: Indices, open_: OpenConnections) -> Grouped:
    """Sort the packets of a block at ``entries`` by flow, with the open connections they go on.

    These are taken out of ``open_``.
    """
    keys, side = packet_keys(block, entries)
    parts = zip(*map(_keys_of, open_), keys, strict=True)
    keys = tuple(np.concatenate(columns) for columns in parts)
    order, row = sorted_by_key(keys)
    # An open connection comes before the packets of its flow.
    starts = np.flatnonzero(first_of_run(row))
    sizes = run_lengths(starts, len(row))
    was_open = order[starts] < len(open_)
    idle = was_open & (sizes == 1)
    is_packet = order >= len(open_)
    flows = new_connections(int(np.count_nonzero(~idle)))
    _write_identities(flows, tuple(column[order[starts[~idle]]] for column in keys))
    goes_on = was_open[~idle]
    packets = sizes[~idle] - goes_on
    entry = order.take(np.flatnonzero(is_packet)) - len(open_)
    continued = open_.take_out(order[starts[was_open & ~idle]])
    put_rows(flows, np.flatnonzero(goes_on), continued)
    return Grouped(
        entry=entries.take(entry),
        row=np.repeat(np.arange(len(flows)), packets),
        bounds=np.append(0, np.cumsum(packets)),
        side=side.take(entry),
        flows=flows,
    )


def packet_keys(block: PacketBlock, entries: Indices) -> tuple[Keys, Booleans]:
    """Return each packet's flow with its endpoints in order, and whether the second one sent it."""
    source, destination = block.source.take(entries, 0), block.destination.take(entries, 0)
    protocol = block.protocol.take(entries)
    source_port, destination_port, one_way = _ports(block, entries, protocol)
    ports = (source_port, destination_port)
    side = _is_lower(
        (destination[:, 0], destination[:, 1], destination_port),
        (source[:, 0], source[:, 1], source_port),
    )
    side &= ~one_way
    first_port, second_port = _in_order(side, *ports)
    halves = [_in_order(side, source[:, half], destination[:, half]) for half in (0, 1)]
    rest = _rest_of_key(first_port, second_port, protocol, one_way)
    (first_upper, second_upper), (first_lower, second_lower) = halves
    return (first_upper, first_lower, second_upper, second_lower, rest), side


def _is_lower(ones: Sequence[NDArray[Any]], others: Sequence[NDArray[Any]]) -> Booleans:
    """Return where ones are lower than others, going by the first column that differs."""
    lower = ones[-1] < others[-1]
    for one, other in zip(ones[-2::-1], others[-2::-1], strict=True):
        differs = one != other
        if differs.any():
            # Without a branch, which np.where has, for each packet.
            lower ^= differs & (lower ^ (one < other))
    return lower


def _in_order(
    swap: Booleans, one: NDArray[Any], other: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    # Without a branch, as above.
    exchange = (one ^ other) * swap
    if not exchange.any():
        return one, other
    return one ^ exchange, other ^ exchange


def _rest_of_key(
    first_port: NDArray[np.uint16],
    second_port: NDArray[np.uint16],
    protocol: NDArray[np.uint8],
    one_way: Booleans,
) -> NDArray[np.uint64]:
    """Return ports, protocol and direction in one number."""
    rest = first_port.astype(np.uint64) << np.uint64(32)
    rest |= second_port.astype(np.uint64) << np.uint64(16)
    rest |= protocol.astype(np.uint64) << np.uint64(1)
    return rest | one_way


def _keys_of(connections: Connections) -> Keys:
    addresses = connections["first_address"], connections["second_address"]
    ports = (connections["first_port"], connections["second_port"])
    halves = [address[:, half] for address in addresses for half in (0, 1)]
    return *halves, _rest_of_key(*ports, connections["protocol"], connections["one_way"])


def _write_identities(connections: Connections, keys: Keys) -> None:
    connections["first_address"] = np.stack(keys[0:2], axis=1)
    connections["second_address"] = np.stack(keys[2:4], axis=1)
    rest = keys[4]
    connections["first_port"] = rest >> np.uint64(32)
    connections["second_port"] = (rest >> np.uint64(16)) & np.uint64(0xFFFF)
    connections["protocol"] = (rest >> np.uint64(1)) & np.uint64(0xFF)
    connections["one_way"] = (rest & np.uint64(1)) != 0


def _ports(
    block: PacketBlock, entries: Indices, protocol: NDArray[np.uint8]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], Booleans]:
    """Return ports; for ICMP the type and the type of its answer, or the code if it has none."""
    source_port = block.source_port.take(entries)
    destination_port = block.destination_port.take(entries)
    one_way = np.zeros(len(entries), dtype=np.bool_)
    for number, counterparts in ((ICMP, _COUNTERPART), (ICMPV6, _COUNTERPART_V6)):
        at = np.flatnonzero(protocol == number)
        counterpart = counterparts[np.minimum(source_port[at], 255)]
        answered = counterpart != _ONE_WAY
        destination_port[at[answered]] = counterpart[answered]
        one_way[at] = ~answered
    return source_port, destination_port, one_way


def sorted_by_key(keys: Keys) -> tuple[Indices, Indices]:
    """Return a stable order in which equal keys are neighbours, and their numbers in it."""
    # Columns that hold the same everywhere, as upper halves of addresses do, tell nothing apart.
    telling = tuple(column for column in keys if (column != column[:1]).any())
    for salt in range(_ATTEMPTS):
        order, row = _sorted_by_hash(keys, salt)
        if not (_changes(telling, order) & (row[1:] == row[:-1])).any():
            return order, row
    order = np.lexsort(keys)
    return order, np.append(0, np.cumsum(_changes(keys, order)))


def _changes(keys: Keys, order: Indices) -> Booleans:
    """Return where a key in this order differs from the one before, the first left out."""
    changes = np.zeros(max(0, len(order) - 1), dtype=np.bool_)
    for column in keys:
        ordered = column.take(order)
        changes |= ordered[1:] != ordered[:-1]
    return changes


def _sorted_by_hash(keys: Keys, salt: int) -> tuple[Indices, Indices]:
    """Sort by a hash of the key: different keys may be taken for the same."""
    # The entry's number takes the low bits of its hash, so that one plain sort, which is many
    # times faster than an argsort, gives the order and keeps it stable.
    count = len(keys[0])
    bits = max(1, count.bit_length())
    low = np.uint64((1 << bits) - 1)
    packed = (_hashes(keys, salt) & ~low) | np.arange(count, dtype=np.uint64)
    packed.sort()
    order = (packed & low).astype(np.int64)
    return order, np.cumsum(first_of_run(packed >> np.uint64(bits))) - 1


def _hashes(keys: Keys, salt: int) -> NDArray[np.uint64]:
    value = np.full(len(keys[0]), salt, dtype=np.uint64)
    for column, multiplier in zip(keys, _MULTIPLIERS, strict=True):
        value ^= column
        value *= multiplier
        value ^= value >> np.uint64(29)
    return value
