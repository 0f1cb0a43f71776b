from pathlib import Path

import pytest

from capture import zeek_duration
from capture.discover import find_inputs
from capture.read import Engine, read_one
from capture.zeek_duration import faster_by_builtin
from tests.capture.capture_bytes import dns_query_capture


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(dns_query_capture())
    return path


def notices_of(capture: Path, seconds: float, engine: Engine = "auto") -> list[str]:
    """Return what is said of a capture whose reading takes so long."""
    times = iter([100.0, 100.0 + seconds])
    notices: list[str] = []
    (source,) = find_inputs([capture])
    read_one(source, engine, notices.append, clock=lambda: next(times))
    return notices


def test_a_long_run_of_zeek_is_told_what_the_builtin_engine_would_take(
    working_zeek: Path, capture: Path
) -> None:
    assert notices_of(capture, 30.0) == [
        f"{capture}: zeek took 30 s for 1 packets; --engine builtin would take about 1 s, "
        "30 times as fast"
    ]


@pytest.mark.parametrize(("seconds", "engine"), [(10.0, "zeek"), (30.0, "builtin")])
def test_nothing_is_said_of_short_runs_and_of_the_builtin_engine(
    working_zeek: Path, capture: Path, seconds: float, engine: Engine
) -> None:
    assert notices_of(capture, seconds, engine) == []


def test_nothing_is_said_where_zeek_failed(failing_zeek: Path, capture: Path) -> None:
    (notice,) = notices_of(capture, 30.0)
    assert "the builtin engine takes over" in notice


def test_the_estimate_follows_from_the_packets_of_the_file(
    capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zeek_duration, "BUILTIN_RATE", 0.1)
    assert "about 10 s, 4 times as fast" in str(faster_by_builtin(capture, 40.0, None))
    monkeypatch.setattr(zeek_duration, "BUILTIN_RATE", 0.02)
    assert faster_by_builtin(capture, 40.0, None) is None
