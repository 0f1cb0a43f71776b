"""Packets to flows."""

from __future__ import annotations

import numpy as np
import pytest

from capture.builtin.flows import grouping
from capture.builtin.flows.open_connections import OpenConnections
from tests.capture.builtin.flows.packet_blocks import CLIENT, SERVER, Packet, block, icmp, udp


def groups(packets: list[Packet]) -> dict[int, list[int]]:
    """Return the packets' positions by flow."""
    part = block(packets)
    grouped = grouping.group(part, np.arange(len(part)), OpenConnections())
    found: dict[int, list[int]] = {}
    for row, entry in zip(grouped.row.tolist(), grouped.entry.tolist(), strict=True):
        found.setdefault(row, []).append(entry)
    return found


def test_both_directions_are_one_flow_in_capture_order() -> None:
    one, other = (CLIENT, 1), (SERVER, 2)
    packets = [udp(0, one, other), udp(1, (CLIENT, 9), other), udp(2, other, one)]
    assert sorted(groups(packets).values()) == [[0, 2], [1]]


def test_protocols_are_kept_apart() -> None:
    packets = [Packet(0, CLIENT, 1, SERVER, 2, protocol=number) for number in (6, 17)]
    assert len(groups(packets)) == 2


def test_icmp_pairs_types_that_answer_each_other() -> None:
    packets = [icmp(0, CLIENT, SERVER, 8), icmp(1, SERVER, CLIENT, 0), icmp(2, SERVER, CLIENT, 8)]
    assert sorted(groups(packets).values()) == [[0, 1], [2]]


def test_open_connections_with_packets_are_taken_out() -> None:
    first = block([udp(0, (CLIENT, 1), (SERVER, 2)), udp(0, (CLIENT, 3), (SERVER, 2))])
    opened = OpenConnections(grouping.group(first, np.arange(2), OpenConnections()).flows)
    second = block([udp(1, (SERVER, 2), (CLIENT, 3))])
    grouped = grouping.group(second, np.arange(1), opened)
    (idle,) = opened
    assert len(grouped.flows) == len(idle) == 1
    assert 3 in (grouped.flows["first_port"][0], grouped.flows["second_port"][0])
    assert 1 in (idle["first_port"][0], idle["second_port"][0])


def test_colliding_hashes_do_not_mix_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    packets = [udp(0, (CLIENT, port % 3), (SERVER, 7)) for port in range(9)]
    expected = sorted(groups(packets).values())
    monkeypatch.setattr(grouping, "_hashes", lambda keys, _: np.zeros(len(keys[0]), np.uint64))
    assert sorted(groups(packets).values()) == expected
