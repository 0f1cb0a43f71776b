import gzip
import hashlib
from pathlib import Path

import pytest

from capture.errors import EngineError, UnreadableInputError
from capture.zeek_binary import find_zeek, run_zeek, zeek_version
from tests.capture.capture_bytes import dns_query_capture
from tests.capture.conftest import MakeZeek


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(dns_query_capture())
    return path


def test_zeek_is_found_on_path(working_zeek: Path) -> None:
    assert find_zeek() == working_zeek
    assert zeek_version(working_zeek) == "7.0.11"


def test_no_zeek_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_zeek() is None


def test_logs_of_a_run(working_zeek: Path, capture: Path) -> None:
    logs = run_zeek(working_zeek, capture)
    assert logs.ssl["version"].to_list() == ["TLSv12"]
    assert logs.conn["uid"].to_list() == logs.ssl["uid"].to_list()
    assert (logs.engine_name, logs.engine_version) == ("zeek", "7.0.11")
    info = logs.captures[0]
    assert info.path == str(capture)
    assert info.sha256 == hashlib.sha256(capture.read_bytes()).hexdigest()
    assert info.first_ts == 1600000000.5


def test_ids_are_the_same_in_every_run(working_zeek: Path, capture: Path) -> None:
    first, second = run_zeek(working_zeek, capture), run_zeek(working_zeek, capture)
    assert first.conn.equals(second.conn)
    assert first.ssl.equals(second.ssl)


def test_compressed_captures_are_decompressed_first(make_zeek: MakeZeek, tmp_path: Path) -> None:
    path = tmp_path / "a.pcap.gz"
    path.write_bytes(gzip.compress(dns_query_capture()))
    size = len(dns_query_capture())
    zeek = make_zeek(f'[ "$(wc -c < "$3")" -eq {size} ] || exit 9')
    assert run_zeek(zeek, path).conn.is_empty()


def test_capture_without_any_log_gives_empty_tables(make_zeek: MakeZeek, capture: Path) -> None:
    logs = run_zeek(make_zeek("exit 0"), capture)
    assert logs.ssl.is_empty()
    assert logs.captures[0].path == str(capture)


def test_failure_shows_zeeks_message_in_one_line(failing_zeek: Path, capture: Path) -> None:
    with pytest.raises(EngineError) as raised:
        run_zeek(failing_zeek, capture)
    assert str(raised.value) == f"zeek failed on {capture}: fatal error: no; such link type"


def test_failure_without_message(make_zeek: MakeZeek, capture: Path) -> None:
    with pytest.raises(EngineError, match="exit status 3, no message"):
        run_zeek(make_zeek("exit 3"), capture)


def test_zeek_that_cannot_be_run(make_zeek: MakeZeek, capture: Path) -> None:
    zeek = make_zeek("")
    zeek.chmod(0o644)
    with pytest.raises(EngineError, match="cannot be run"):
        run_zeek(zeek, capture)


def test_capture_that_is_not_there(working_zeek: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="nowhere"):
        run_zeek(working_zeek, tmp_path / "nowhere")
