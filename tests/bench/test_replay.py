"""Replaying captures: as many packets as asked for, at other times, between other addresses."""

from pathlib import Path

import numpy as np
import pytest

from bench.replay import record, write_beginning, write_replay
from capture.builtin.packets import PacketReader


@pytest.fixture
def replay(pcaps: Path, tmp_path: Path) -> tuple[int, Path]:
    tape = record([pcaps / "beacon.pcap", pcaps / "ipv6.pcap"])
    target = tmp_path / "replay.pcap"
    written = write_replay(tape, target, 2 * len(tape))
    assert written == 2 * len(tape)
    return written, target


def test_a_replay_holds_the_packets_it_says(replay: tuple[int, Path]) -> None:
    written, target = replay
    reader = PacketReader(target)
    assert sum(len(block) for block in reader) == reader.packets == written
    assert not reader.skipped


def test_the_second_round_is_later_and_between_other_addresses(
    replay: tuple[int, Path],
) -> None:
    written, target = replay
    (block,) = PacketReader(target)
    half = written // 2
    assert np.all(np.diff(block.time_ns) >= 0)
    assert np.unique(block.time_ns[half:] - block.time_ns[:half]).size == 1
    assert not np.any(np.all(block.source[half:] == block.source[:half], axis=1))
    assert np.array_equal(block.payload_length[half:], block.payload_length[:half])


def test_a_folder_without_captures_gives_an_empty_tape() -> None:
    assert len(record([])) == 0


@pytest.mark.parametrize(("size", "packets"), [(24, 0), (39, 0), (20_000, 82)])
def test_the_beginning_ends_with_a_whole_packet(
    pcaps: Path, tmp_path: Path, size: int, packets: int
) -> None:
    target = tmp_path / "small.pcap"
    assert write_beginning(record([pcaps / "beacon.pcap"]), target, size) == packets
    assert target.stat().st_size <= size
    reader = PacketReader(target)
    assert sum(len(block) for block in reader) == packets
    assert not reader.skipped


def test_a_beginning_may_be_everything(pcaps: Path, tmp_path: Path) -> None:
    tape = record([pcaps / "beacon.pcap"])
    assert write_beginning(tape, tmp_path / "all.pcap", 1 << 30) == len(tape)
