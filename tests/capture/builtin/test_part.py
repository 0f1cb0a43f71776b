"""Every packet belongs to one part, and all packets of a connection to the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.block import PacketBlock
from capture.builtin.flows.grouping import packet_keys
from capture.builtin.part import WHOLE, Part
from tests.capture.builtin.flows.packet_blocks import CLIENT, SERVER, Packet, block, icmp, udp

PROTOCOLS = (1, 6, 17, 50, 58)
ADDRESSES = (CLIENT, SERVER, "10.9.8.7", "2001:db8::1", "2001:db8::2")


def parts_of(packets: PacketBlock, count: int) -> list[int]:
    """Return the number of the part of each packet."""
    held = np.stack([Part(number, count).holds(packets) for number in range(count)])
    assert (held.sum(axis=0) == 1).all()
    parts: list[int] = held.argmax(axis=0).tolist()
    return parts


@st.composite
def blocks_of_packets(draw: st.DrawFn) -> PacketBlock:
    """Packets of a few addresses and ports in both directions, all kinds of ICMP among them."""
    packets = []
    for number in range(draw(st.integers(1, 40))):
        version = draw(st.sampled_from([ADDRESSES[:3], ADDRESSES[3:]]))
        source, destination = draw(st.sampled_from(version)), draw(st.sampled_from(version))
        ports = draw(st.sampled_from([(8, 0), (0, 0), (3, 1), (128, 129), (443, 5000)]))
        ports = ports if draw(st.booleans()) else ports[::-1]
        protocol = draw(st.sampled_from(PROTOCOLS))
        packets.append(Packet(number, source, ports[0], destination, ports[1], protocol=protocol))
    return block(packets)


@settings(max_examples=60, deadline=None)
@given(blocks_of_packets(), st.integers(1, 5))
def test_packets_of_a_flow_are_in_one_part(packets: PacketBlock, count: int) -> None:
    keys, _ = packet_keys(packets, np.arange(len(packets)))
    parts: dict[tuple[int, ...], set[int]] = {}
    for *key, part in zip(
        *(column.tolist() for column in keys), parts_of(packets, count), strict=True
    ):
        parts.setdefault(tuple(key), set()).add(part)
    assert all(len(found) == 1 for found in parts.values())


def test_both_directions_are_in_one_part() -> None:
    packets = [udp(0, (CLIENT, 5), (SERVER, 53)), udp(1, (SERVER, 53), (CLIENT, 5))]
    packets += [icmp(2, CLIENT, SERVER, 8), icmp(3, SERVER, CLIENT, 0)]
    for count in range(2, 9):
        asked, answered, echo, reply = parts_of(block(packets), count)
        assert (asked, echo) == (answered, reply)


def test_many_connections_are_spread_evenly() -> None:
    packets = block([udp(n, (CLIENT, 1024 + n), (SERVER, 53)) for n in range(4000)])
    for count in (2, 3, 8):
        sizes = np.bincount(parts_of(packets, count))
        assert sizes.min() > 0.8 * 4000 / count
    by_address = replace(packets, source=packets.source + np.arange(4000)[:, None].astype("u8"))
    by_address = replace(by_address, source_port=np.full(4000, 9, dtype="u2"))
    assert np.bincount(parts_of(by_address, 2)).min() > 1600


def test_the_whole_holds_everything() -> None:
    assert WHOLE.holds(block([udp(0, (CLIENT, 5), (SERVER, 53))])).all()
