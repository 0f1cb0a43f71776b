"""Packets to flows: equal addresses, ports and protocol, whichever way a packet goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.flows.connection_table import Connections, new_connections, put_rows, take_rows
from capture.builtin.flows.ports import ICMP, ICMPV6
from capture.builtin.flows.runs import Booleans, Indices, first_of_run

Keys = NDArray[np.uint64]  # shape (n, 5): both addresses, and the rest in one number

_KEY_COLUMNS: Final = 5
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
    ``bounds[row]`` to ``bounds[row + 1]``; ``side`` is whether the flow's second endpoint sent it. ``flows`` are the open connections that have packets here, and new ones. ``idle`` are
    the open connections without any.
    """

    entry: Indices
    row: Indices
    bounds: Indices
    side: Booleans
    flows: Connections
    idle: Connections


def group(block: PacketBlock, entries: Indices, open_: Connections) -> Grouped:
    """Sort the packets of a block at ``entries`` by flow, and match them with open connections."""
    keys, side = _keys(block, entries)
    keys = np.concatenate((_keys_of(open_), keys))
    order, row = _sorted_by_key(keys)
    is_packet = order >= len(open_)
    number = int(row[-1]) + 1 if len(row) else 0
    packets = np.bincount(row[is_packet], minlength=number)
    has_packets = packets > 0
    flows = new_connections(number)
    starts = np.flatnonzero(first_of_run(row))
    _write_identities(flows, keys[order[starts]])
    opened = np.flatnonzero(~is_packet)
    put_rows(flows, row[opened], take_rows(open_, order[opened]))
    renumbered = np.cumsum(has_packets) - 1
    entry = order[is_packet] - len(open_)
    return Grouped(
        entry=entries[entry],
        row=renumbered[row[is_packet]],
        bounds=np.append(0, np.cumsum(packets[has_packets])),
        side=side[entry],
        flows=take_rows(flows, has_packets),
        idle=take_rows(flows, ~has_packets),
    )


def _keys(block: PacketBlock, entries: Indices) -> tuple[Keys, Booleans]:
    """Return each packet's flow with its endpoints in order, and whether the second one sent it."""
    source, destination = block.source[entries], block.destination[entries]
    protocol = block.protocol[entries]
    source_port, destination_port, one_way = _ports(block, entries, protocol)
    lower, equal = destination[:, 0] < source[:, 0], destination[:, 0] == source[:, 0]
    lower |= equal & (destination[:, 1] < source[:, 1])
    equal &= destination[:, 1] == source[:, 1]
    lower |= equal & (destination_port < source_port)
    side = lower & ~one_way
    swap = side[:, None]
    keys = np.empty((len(entries), _KEY_COLUMNS), dtype=np.uint64)
    keys[:, 0:2] = np.where(swap, destination, source)
    keys[:, 2:4] = np.where(swap, source, destination)
    keys[:, 4] = _rest_of_key(
        np.where(side, destination_port, source_port),
        np.where(side, source_port, destination_port),
        protocol,
        one_way,
    )
    return keys, side


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
    keys = np.empty((len(connections), _KEY_COLUMNS), dtype=np.uint64)
    keys[:, 0:2] = connections["first_address"]
    keys[:, 2:4] = connections["second_address"]
    ports = (connections["first_port"], connections["second_port"])
    keys[:, 4] = _rest_of_key(*ports, connections["protocol"], connections["one_way"])
    return keys


def _write_identities(connections: Connections, keys: Keys) -> None:
    connections["first_address"] = keys[:, 0:2]
    connections["second_address"] = keys[:, 2:4]
    connections["first_port"] = keys[:, 4] >> np.uint64(32)
    connections["second_port"] = (keys[:, 4] >> np.uint64(16)) & np.uint64(0xFFFF)
    connections["protocol"] = (keys[:, 4] >> np.uint64(1)) & np.uint64(0xFF)
    connections["one_way"] = (keys[:, 4] & np.uint64(1)) != 0


def _ports(
    block: PacketBlock, entries: Indices, protocol: NDArray[np.uint8]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], Booleans]:
    """Return ports; for ICMP the type and the type of its answer, or the code if it has none."""
    source_port, destination_port = block.source_port[entries], block.destination_port[entries]
    one_way = np.zeros(len(entries), dtype=np.bool_)
    for number, counterparts in ((ICMP, _COUNTERPART), (ICMPV6, _COUNTERPART_V6)):
        at = np.flatnonzero(protocol == number)
        counterpart = counterparts[np.minimum(source_port[at], 255)]
        answered = counterpart != _ONE_WAY
        destination_port[at[answered]] = counterpart[answered]
        one_way[at] = ~answered
    return source_port, destination_port, one_way


def _sorted_by_key(keys: Keys) -> tuple[Indices, Indices]:
    """Return a stable order in which equal keys are neighbours, and their numbers in it."""
    for salt in range(_ATTEMPTS):
        order, row = _sorted_by_hash(keys, salt)
        ordered = keys[order]
        if not ((ordered[1:] != ordered[:-1]).any(axis=1) & (row[1:] == row[:-1])).any():
            return order, row
    order = np.lexsort(keys.T)
    ordered = keys[order]
    changes = np.concatenate(([False], (ordered[1:] != ordered[:-1]).any(axis=1)))
    return order, np.cumsum(changes[: len(order)])


def _sorted_by_hash(keys: Keys, salt: int) -> tuple[Indices, Indices]:
    """Sort by a hash of the key: different keys may be taken for the same."""
    # The entry's number takes the low bits of its hash, so that one plain sort, which is many
    # times faster than an argsort, gives the order and keeps it stable.
    bits = max(1, len(keys).bit_length())
    low = np.uint64((1 << bits) - 1)
    packed = (_hashes(keys, salt) & ~low) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    order = (packed & low).astype(np.int64)
    return order, np.cumsum(first_of_run(packed >> np.uint64(bits))) - 1


def _hashes(keys: Keys, salt: int) -> NDArray[np.uint64]:
    value = np.full(len(keys), salt, dtype=np.uint64)
    for column in range(_KEY_COLUMNS):
        value ^= keys[:, column]
        value *= _MULTIPLIERS[column]
        value ^= value >> np.uint64(29)
    return value
