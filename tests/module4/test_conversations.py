from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from module4.conversation_packets import ConversationPackets
from module4.conversations import (
    WARNING,
    ConversationBuilder,
    Conversations,
    one_after_another,
)

PACKET = st.tuples(
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 10**12),
    st.integers(0, 1500),
    st.booleans(),
)


def packets(rows: list[tuple[int, int, int, int, bool]]) -> ConversationPackets:
    """Return packets of (source, destination, nanoseconds, length, unknown port)."""
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    source, destination, time, length, unknown = columns
    return ConversationPackets(
        source=np.stack([np.zeros_like(source), source], axis=1).astype(np.uint64),
        destination=np.stack([np.zeros_like(source), destination], axis=1).astype(np.uint64),
        time_ns=time.astype(np.int64),
        length=length.astype(np.int64),
        profile=(1 + length % 2).astype(np.int64),
        unknown_port=unknown.astype(np.bool_),
        warned_port=np.where(unknown, 7, 0).astype(np.int64),
    )


def built(parts: list[list[tuple[int, int, int, int, bool]]]) -> Conversations:
    builder = ConversationBuilder()
    for part in parts:
        builder.feed(packets(part))
    return builder.finish()


@settings(deadline=None)
@given(st.lists(st.lists(PACKET, min_size=1, max_size=8), min_size=1, max_size=6))
def test_conversations_are_those_of_a_plain_loop(
    parts: list[list[tuple[int, int, int, int, bool]]],
) -> None:
    found = built(parts)
    rows = [row for part in parts for row in part]
    pairs = sorted({tuple(sorted(row[:2])) for row in rows})
    assert [(int(key[1]), int(key[3])) for key in found.states["key"]] == pairs
    for number, pair in enumerate(pairs):
        own = [row for row in rows if tuple(sorted(row[:2])) == pair]
        seconds = (np.array([row[2] for row in own]) - min(row[2] for row in own)) / 1e9
        state = found.states[number]
        assert state["packets"] == len(own)
        assert state["bytes"] == sum(row[3] for row in own)
        assert state["unknown_ports"] == sum(row[4] for row in own)
        np.testing.assert_allclose(state["mean_time"], seconds.mean(), rtol=1e-9, atol=1e-9)
        spread = ((seconds - seconds.mean()) ** 2).sum()
        np.testing.assert_allclose(state["squared_time"], spread, rtol=1e-6, atol=1e-6)
        counts = found.part(number, number + 1).counts
        wanted = {
            code: count
            for code, count in (
                (1, sum(row[3] % 2 == 0 for row in own)),
                (2, sum(row[3] % 2 for row in own)),
                (WARNING + 7, sum(row[4] for row in own)),
            )
            if count
        }
        assert dict(zip(counts.code.tolist(), counts.packets.tolist(), strict=True)) == wanted


def test_no_packets() -> None:
    assert len(ConversationBuilder().finish()) == 0


def test_those_silent_for_longest_are_taken_where_there_are_too_many() -> None:
    builder = ConversationBuilder()
    builder.feed(packets([(0, 1, 5, 10, True), (0, 2, 3, 11, False), (0, 3, 4, 12, False)]))
    builder.feed(packets([(2, 0, 9, 13, False)]))
    assert len(builder.take_silent(3)) == 0
    taken = builder.take_silent(1)
    assert taken.states["key"][:, 3].tolist() == [1, 3]
    assert taken.counts.conversation.tolist() == [0, 0, 1]
    assert taken.counts.code.tolist() == [1, WARNING + 7, 1]
    rest = builder.finish()
    assert rest.states["packets"].tolist() == [2]
    assert rest.counts.packets.sum() == 2


def test_conversations_one_after_another_keep_their_warnings_alone() -> None:
    one = built([[(0, 1, 5, 10, True)]]).with_warnings_alone()
    other = built([[(0, 1, 7, 10, False), (0, 2, 7, 10, True)]]).with_warnings_alone()
    both = one_after_another([one, other])
    assert both.states["packets"].tolist() == [1, 1, 1]
    assert both.counts.conversation.tolist() == [0, 2]
    assert both.counts.code.tolist() == [WARNING + 7] * 2
