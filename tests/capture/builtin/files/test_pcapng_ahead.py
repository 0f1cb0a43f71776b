import numpy as np
import pytest

from capture.builtin.files import chain
from capture.builtin.files.chain import Order
from capture.builtin.files.pcapng_ahead import PacketsAhead
from capture.builtin.files.pcapng_packets import PacketBlocks
from tests.capture.builtin.files.capture_bytes import block, packet


@pytest.mark.parametrize("order", ["<", ">"])
def test_packets_are_found_in_runs_between_other_blocks(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    lure = bytes([6, 0, 0, 0] * 2)
    frames = [lure + bytes(4 * (each % 90)) for each in range(9000)]
    run = [packet(frame, 0, 0, order) for frame in frames]
    statistics = block(5, bytes(12), order)
    parts = [*run, statistics, *run]
    begins = np.cumsum([0, *(len(part) for part in parts)])
    data = np.frombuffer(b"".join(parts), np.uint8)
    links: list[int] = []
    follow_links = chain._follow_links

    def counted(*arguments: object) -> tuple[np.ndarray, int]:
        offsets, position = follow_links(*arguments)  # type: ignore[arg-type]
        links.append(len(offsets))
        return offsets, position

    monkeypatch.setattr(chain, "_follow_links", counted)
    ahead, found = PacketsAhead(data, 0, 20_000, order, 200.0), PacketBlocks()
    assert sum(links) < 9000
    assert ahead.reach(0)
    assert ahead.take(20_000, found) == begins[9000]
    assert ahead.reach(int(begins[9001]))
    assert ahead.take(10_000, found) == begins[10_001]
    assert ahead.take(20_000, found) == len(data)
    assert np.concatenate(found.positions).tolist() == np.delete(begins[:-1], 9000).tolist()
    assert not ahead.reach(len(data))
