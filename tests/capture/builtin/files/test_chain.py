import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.files import chain
from capture.builtin.files.chain import Layout, Order, follow

NONE = np.empty(0, np.int64)


def build(sizes: list[int], order: str, size: int, length_at: int) -> bytes:
    """Return records whose payload is full of what looks like headers, were it one."""
    lure = (struct.pack(order + "I", 3) * 99)[: max(sizes, default=0)]
    head = bytearray(size)
    parts = []
    for length in sizes:
        struct.pack_into(order + "I", head, length_at, length)
        parts.append(bytes(head) + lure[:length])
    return b"".join(parts)


@pytest.mark.parametrize(("order", "size", "length_at"), [("<", 16, 8), (">", 24, 12)])
@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 40), max_size=60),
    st.sets(st.integers(0, 2500), max_size=60),
    st.integers(1, 70),
)
def test_guesses_right_or_wrong_do_not_change_the_result(
    order: Order,
    size: int,
    length_at: int,
    sizes: list[int],
    wrong: set[int],
    limit: int,
) -> None:
    data = np.frombuffer(build(sizes, order, size, length_at), np.uint8)
    layout = Layout(order, size, length_at, size)
    begins = np.cumsum([0, *(size + length for length in sizes)]).tolist()
    places = sorted(set(begins[1:-1:2]) | {at for at in wrong if at + size <= len(data)})
    guesses = np.array(places, np.int64)
    for each in (NONE, guesses):
        offsets, end = follow(data, 0, limit, layout, each)
        count = min(limit, len(sizes))
        assert offsets.tolist() == begins[:count]
        assert end == begins[count]


def test_right_guesses_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("followed link by link")

    data = np.frombuffer(build([24] * 200, "<", 16, 8), np.uint8)
    monkeypatch.setattr(chain, "_follow_links", refuse)
    guesses = np.arange(0, 8000, 400)
    offsets, end = follow(data, 0, 1000, Layout("<", 16, 8, 16), guesses)
    assert offsets.tolist() == list(range(0, 8000, 40))
    assert end == 8000


def test_a_record_may_end_behind_the_data() -> None:
    data = np.frombuffer(build([24] * 30, "<", 16, 8)[:-5], np.uint8)
    for guesses in (NONE, np.arange(0, 1160, 40)):
        offsets, end = follow(data, 0, 100, Layout("<", 16, 8, 16), guesses)
        assert len(offsets) == 30
        assert end == 1200


def test_lengths_far_beyond_the_data_end_the_chain() -> None:
    content = bytearray(build([24] * 100, "<", 16, 8))
    struct.pack_into("<I", content, 2000 + 8, 0xFFFFFFFF)
    data = np.frombuffer(bytes(content), np.uint8)
    offsets, end = follow(data, 0, 1000, Layout("<", 16, 8, 16), np.arange(0, 4000, 40))
    assert offsets.tolist() == list(range(0, 2040, 40))
    assert end == 2000 + 16 + 0xFFFFFFFF
