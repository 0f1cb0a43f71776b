"""Which arrivals can be taken as they come."""

from __future__ import annotations

import numpy as np
import pytest

from capture.builtin.flows.arrivals import PAYLOAD, Arrivals, payload_in_order
from tests.capture.builtin.flows.packet_blocks import Packet, block

Arrival = tuple[int, int, bytes, int]  # side, position, payload, gap_side


def kept(*connections: list[Arrival], originators: tuple[int, ...] = ()) -> list[list[str]]:
    """Return by connection the payload taken, behind ``>`` if it is the originator's."""
    flat = [arrival for connection in connections for arrival in connection]
    rows = [row for row, connection in enumerate(connections) for _ in connection]
    packets = [Packet(n, "10.0.0.1", 1, "10.0.0.2", 2, payload=a[2]) for n, a in enumerate(flat)]
    arrivals = Arrivals(
        block(packets),
        np.array(rows),
        np.arange(len(flat)),
        np.array([side == 1 for side, *_ in flat]),
        np.arange(len(flat)),
        np.array([gap_side for *_, gap_side in flat], dtype=np.int8),
        np.array([position for _, position, *_ in flat]),
    )
    ends = np.cumsum([len(connection) for connection in connections])
    starts = np.append(0, ends[:-1])
    roles = np.array(originators or [0] * len(connections), dtype=np.uint8)
    found = payload_in_order(arrivals, starts, ends, np.ones((len(starts), 2), np.int64), roles)
    texts: list[list[str]] = [[] for _ in range(found.connections)]
    for row, is_originator, begin, end in zip(
        found.connection, found.from_originator, found.begin, found.end, strict=True
    ):
        sign = ">" if is_originator else "<"
        texts[row].append(sign + found.data[begin:end].tobytes().decode())
    return texts


def of(side: int, position: int, text: str) -> Arrival:
    return side, position, text.encode(), PAYLOAD


def test_both_sides_in_order() -> None:
    arrivals = [of(0, 1, "he"), of(1, 1, "hi"), of(0, 3, "llo"), of(1, 3, "!")]
    assert kept(arrivals) == [[">he", "<hi", ">llo", "<!"]]
    assert kept(arrivals, originators=(1,)) == [["<he", ">hi", "<llo", ">!"]]


@pytest.mark.parametrize(
    "irregular",
    [of(0, 2, "el"), of(0, 4, "o"), (1, 3, b"x", 0)],
    ids=["overlapping", "above a hole", "acknowledges a hole"],
)
def test_nothing_is_taken_from_what_is_irregular_on(irregular: Arrival) -> None:
    regular = [of(0, 1, "he"), of(1, 1, "hi")]
    others = [of(0, 1, "other")]
    assert kept(others, [*regular, irregular, of(1, 3, "!")], others) == [
        [">other"],
        [">he", "<hi"],
        [">other"],
    ]


@pytest.mark.parametrize("repeated", [of(0, 1, "he"), of(0, 1, "h"), of(0, 2, "e"), of(0, 3, "")])
def test_what_brings_nothing_new_is_left_out(repeated: Arrival) -> None:
    arrivals = [of(0, 1, "he"), of(1, 1, "hi"), repeated, of(0, 3, "llo")]
    assert kept(arrivals, arrivals) == [[">he", "<hi", ">llo"]] * 2


def test_a_connection_that_begins_irregularly_gives_nothing() -> None:
    assert kept([of(0, 2, "e")], [of(0, 1, "h")]) == [[], [">h"]]


def test_only_so_many_packets_are_taken() -> None:
    (texts,) = kept([of(0, 1 + number, "x") for number in range(1000)])
    assert 10 < len(texts) < 1000
