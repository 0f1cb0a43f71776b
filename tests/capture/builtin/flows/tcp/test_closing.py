"""When TCP connections are closed, and what comes after that."""

from __future__ import annotations

import pytest

from tests.capture.builtin.flows.packet_blocks import Dialogue, connections


def established() -> Dialogue:
    dialogue = Dialogue()
    dialogue.handshake()
    return dialogue


@pytest.mark.parametrize("size", [1, 100])
def test_the_close_of_the_second_side_begins_the_wait_for_stragglers_anew(size: int) -> None:
    dialogue = established()
    dialogue.client(1, "RA", 1, 1)
    dialogue.server(4, "FA", 1, 1)
    dialogue.server(8.5, "A", 2, 1)
    dialogue.server(9.5, "A", 2, 1)
    rows = connections(dialogue.packets, size)
    assert [row["history"] for row in rows] == ["ShARfa", "^a"]
    assert rows[0]["duration"] == pytest.approx(4)
