"""One capture in several processes: what is found is what one process finds."""

from __future__ import annotations

import gzip
import multiprocessing
import os
from collections.abc import Sequence
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import polars as pl
import pytest

import project
from capture.builtin import engine
from capture.builtin.block import PacketBlock
from capture.builtin.consumers import Consumer, feed_consumers
from capture.builtin.engine import analyse
from capture.builtin.flows.tracker import FlowTracker
from capture.builtin.log_rows import Deliver, LogRows
from capture.builtin.log_tables import LogTables
from capture.builtin.part import Part
from capture.builtin.part_processes import feed_in_processes
from capture.errors import EngineError, UnreadableInputError
from capture.schema import SCHEMAS
from tests.capture.builtin.found_tables import table_of

PCAPS = Path(project.__file__).parent / "pcaps"
SAMPLES = sorted(path.name for path in PCAPS.glob("*.pcap*"))
# Captures of others by what is special about them, the words in their names.
KINDS = ("quic", "dns", "frag", "tunnel", "gre", "vxlan", "teredo", "icmp", "x509", "tls", "ipv6")
LARGEST = 200_000


class Counter:
    """Delivers how many packets of its part there were."""

    def __init__(self, part: Part, deliver: Deliver) -> None:
        self._part = part
        self._deliver = deliver
        self._packets = 0

    def feed(self, block: PacketBlock) -> None:
        self._packets += int(self._part.holds(block).sum())

    def finish(self) -> None:
        row = {"part": [self._part.number], "packets": [self._packets], "process": [os.getpid()]}
        self._deliver("count", pl.DataFrame(row))


class Ending(Counter):
    """Ends its process, or fails, unless it is that of the caller."""

    def __init__(self, part: Part, deliver: Deliver, error: Exception | None) -> None:
        super().__init__(part, deliver)
        self._error = error

    def finish(self) -> None:
        if self._part.number == 0:
            return
        if self._error is None:
            os._exit(9)
        raise self._error


def counters(part: Part, deliver: Deliver) -> Sequence[Consumer]:
    return (Counter(part, deliver),)


def ending(part: Part, deliver: Deliver, error: Exception | None) -> Sequence[Consumer]:
    return (Ending(part, deliver, error),)


def in_parts(path: Path, count: int) -> dict[str, pl.DataFrame]:
    """Return the tables that the parts of a capture give, found one after another."""
    logs = LogTables()
    for number in range(count):
        part = Part(number, count)
        feed_consumers(
            path, [FlowTracker(LogRows(logs.add, part=part), part)], lambda packets: None
        )
    return {name: table_of(logs, name) for name in SCHEMAS}


def test_each_process_follows_its_part() -> None:
    path = PCAPS / "browsing.pcap"
    found: list[pl.DataFrame] = []
    summary = feed_in_processes(
        path, counters, 3, lambda name, rows: found.append(rows), lambda packets: None
    )
    rows = pl.concat(found).sort("part")
    assert rows["part"].to_list() == [0, 1, 2]
    assert rows["packets"].sum() == summary.packets
    assert rows["packets"].min() > 0
    assert rows["process"].n_unique() == 3
    assert not multiprocessing.active_children()


def test_two_cores_are_kept_busy_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SMALL", 0)
    monkeypatch.setattr(engine, "feed_in_processes", lambda *_: pytest.fail("another process"))
    assert analyse(PCAPS / "beacon.pcap", jobs=2).conn.height


@pytest.mark.parametrize("name", SAMPLES)
def test_two_processes_find_what_one_finds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alone: list[int] = []
    together: list[int] = []
    expected = analyse(PCAPS / name, progress=alone.append)
    monkeypatch.setattr(engine, "SMALL", 0)
    logs = analyse(PCAPS / name, progress=together.append, jobs=3)
    assert all(logs.table(name).equals(expected.table(name)) for name in SCHEMAS)
    assert logs.captures == expected.captures
    assert together == alone


@pytest.mark.parametrize("name", SAMPLES)
def test_any_number_of_parts_gives_the_same_tables(name: str) -> None:
    expected = in_parts(PCAPS / name, 1)
    found = in_parts(PCAPS / name, 5)
    assert all(found[name].equals(expected[name]) for name in SCHEMAS)


def test_captures_of_others_give_the_same_tables_in_parts(shared_data: Path) -> None:
    captures = [path for path in sorted((shared_data / "pcaps").rglob("*")) if path.is_file()]
    small = [path for path in captures if path.stat().st_size < LARGEST]
    rows = dict.fromkeys(SCHEMAS, 0)
    for kind in KINDS:
        for path in [path for path in small if kind in path.name.lower()][:2]:
            try:
                expected, found = in_parts(path, 1), in_parts(path, 3)
            except UnreadableInputError:
                continue
            for name in SCHEMAS:
                assert found[name].equals(expected[name]), (path.name, name)
                rows[name] += expected[name].height
    assert min(rows.values()) > 5, rows


def test_a_process_that_is_ended_is_told_in_one_line() -> None:
    make = partial(ending, error=None)
    with pytest.raises(EngineError, match=r"browsing.pcap: one of the processes .* --jobs 1$"):
        feed_in_processes(
            PCAPS / "browsing.pcap", make, 2, lambda name, rows: None, lambda packets: None
        )
    assert not multiprocessing.active_children()


def test_what_another_process_cannot_go_on_with_is_raised_here() -> None:
    make = partial(ending, error=EngineError("no room"))
    with pytest.raises(EngineError, match=r"^no room$"):
        feed_in_processes(
            PCAPS / "browsing.pcap", make, 2, lambda name, rows: None, lambda packets: None
        )
    assert not multiprocessing.active_children()


def test_a_process_that_cannot_be_started_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(process: BaseProcess) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(BaseProcess, "start", fail)
    with pytest.raises(EngineError, match=r"temporarily unavailable\); try --jobs 1$"):
        feed_in_processes(
            PCAPS / "browsing.pcap", counters, 2, lambda name, rows: None, lambda packets: None
        )


def test_an_interrupt_ends_the_other_processes() -> None:
    def interrupt(packets: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        feed_in_processes(PCAPS / "beacon.pcap", counters, 3, lambda name, rows: None, interrupt)
    assert not multiprocessing.active_children()


def test_compressed_and_small_captures_are_read_by_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(engine, "feed_in_processes", unwanted)
    analyse(PCAPS / "browsing.pcap", jobs=3)
    monkeypatch.setattr(engine, "SMALL", 0)
    path = tmp_path / "browsing.pcap.gz"
    path.write_bytes(gzip.compress((PCAPS / "browsing.pcap").read_bytes()))
    analyse(path, jobs=3)
    analyse(PCAPS / "browsing.pcap", jobs=1)
    with pytest.raises(AssertionError):
        analyse(PCAPS / "browsing.pcap", jobs=3)
