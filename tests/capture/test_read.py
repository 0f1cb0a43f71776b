import gzip
from pathlib import Path

import pytest

from capture import processes
from capture.discover import find_inputs
from capture.errors import EngineError, UnreadableInputError
from capture.logs import Logs
from capture.read import Engine, read_logs, read_one
from tests.capture.capture_bytes import dns_query_capture

CONN_LOG = b"#fields\tts\tuid\n1.5\tC1\n"


@pytest.fixture
def no_zeek(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def read(path: Path, engine: Engine = "auto") -> tuple[Logs, list[str]]:
    notices: list[str] = []
    (source,) = find_inputs([path])
    return read_one(source, engine, notices.append), notices


def capture_in(folder: Path, name: str = "a.pcap", port: int = 5000) -> Path:
    path = folder / name
    path.write_bytes(dns_query_capture(port))
    return path


def test_auto_is_builtin_without_zeek(no_zeek: None, tmp_path: Path) -> None:
    logs, notices = read(capture_in(tmp_path))
    assert logs.engine_name == "builtin"
    assert logs.dns["query"].to_list() == ["example.com"]
    assert notices == []


def test_auto_is_zeek_where_it_is_installed(working_zeek: Path, tmp_path: Path) -> None:
    assert read(capture_in(tmp_path))[0].engine_name == "zeek"


def test_builtin_on_demand(working_zeek: Path, tmp_path: Path) -> None:
    assert read(capture_in(tmp_path), "builtin")[0].engine_name == "builtin"


def test_zeek_on_demand_without_zeek_is_an_error(no_zeek: None, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="not on PATH"):
        read(capture_in(tmp_path), "zeek")


@pytest.mark.parametrize("engine", ["auto", "zeek"])
def test_builtin_takes_over_where_zeek_fails(
    failing_zeek: Path, tmp_path: Path, engine: Engine
) -> None:
    logs, notices = read(capture_in(tmp_path), engine)
    assert logs.engine_name == "builtin"
    assert len(notices) == 1
    assert notices[0].endswith("no; such link type; the builtin engine takes over")


def test_zeek_is_not_asked_about_what_is_no_capture(failing_zeek: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(b"this is text and no capture at all")
    with pytest.raises(UnreadableInputError, match="not a capture"):
        read(path)


def test_log_folders_need_no_engine(no_zeek: None, tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(CONN_LOG)
    logs, _ = read(tmp_path, "zeek")
    assert logs.engine_name == "zeek logs"


def test_single_log_file_says_to_name_its_folder(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(CONN_LOG)
    with pytest.raises(UnreadableInputError, match="name the folder"):
        read(tmp_path / "conn.log")


@pytest.mark.parametrize("jobs", [1, 2])
def test_everything_together_is_one_picture(
    no_zeek: None, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "SMALL", 0)
    capture_in(tmp_path, "a.pcap", 5000)
    capture_in(tmp_path, "b.pcap", 5001)
    (tmp_path / "sensor").mkdir()
    (tmp_path / "sensor" / "conn.log").write_bytes(CONN_LOG)
    result = read_logs([tmp_path], jobs=jobs)
    assert result.unreadable == ()
    assert sorted(result.logs.dns["id.orig_p"]) == [5000, 5001]
    assert result.logs.conn.height == 3
    assert result.logs.engine_name == "builtin + zeek logs"
    names = [Path(capture.path).name for capture in result.logs.captures]
    assert names == ["a.pcap", "b.pcap", "sensor"]


def test_identical_captures_count_once(no_zeek: None, tmp_path: Path) -> None:
    capture_in(tmp_path, "a.pcap")
    capture_in(tmp_path, "b.pcap")
    notices: list[str] = []
    result = read_logs([tmp_path], on_notice=notices.append)
    assert result.logs.dns.height == 1
    assert len(result.logs.captures) == 1
    assert notices == [f"{tmp_path}/b.pcap: the same bytes as {tmp_path}/a.pcap; counted once"]


def test_unreadable_inputs_do_not_stop_the_others(no_zeek: None, tmp_path: Path) -> None:
    capture_in(tmp_path, "good.pcap")
    (tmp_path / "empty.pcap").write_bytes(b"")
    result = read_logs([tmp_path, tmp_path / "nowhere"])
    assert result.logs.dns.height == 1
    unreadable = [(Path(one.path).name, one.message) for one in result.unreadable]
    assert [name for name, _ in unreadable] == ["empty.pcap", "nowhere"]
    assert all(str(tmp_path) in message for _, message in unreadable)


def test_nothing_readable_is_an_error_that_names_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(b"")
    (tmp_path / "b.pcap").write_bytes(b"text")
    with pytest.raises(UnreadableInputError, match=r"a\.pcap.*and 1 more"):
        read_logs([tmp_path], "builtin")


def test_the_only_input_that_cannot_be_read_is_told_of_alone(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(b"")
    with pytest.raises(UnreadableInputError, match=r"a\.pcap") as told:
        read_logs([tmp_path], "builtin")
    assert "more" not in str(told.value)


def test_nothing_at_all_says_where_to_put_a_capture(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match=r"no capture .*put a \.pcap file there"):
        read_logs([tmp_path])


def test_folders_within_are_left_alone_on_demand(no_zeek: None, tmp_path: Path) -> None:
    capture_in(tmp_path)
    (tmp_path / "deep").mkdir()
    capture_in(tmp_path / "deep", port=5001)
    assert read_logs([tmp_path], recursive=False).logs.dns["id.orig_p"].to_list() == [5000]


@pytest.mark.parametrize("engine", ["builtin", "zeek"])
def test_a_capture_that_expands_beyond_the_limit_says_how_to_allow_it(
    working_zeek: Path, tmp_path: Path, engine: Engine
) -> None:
    path = tmp_path / "a.pcap.gz"
    content = dns_query_capture()
    path.write_bytes(gzip.compress(content))
    (source,) = find_inputs([path])
    with pytest.raises(UnreadableInputError, match=r"a\.pcap\.gz.*--decompression-limit"):
        read_one(source, engine, print, decompressed_limit=len(content) - 1)
    logs = read_one(source, engine, print, decompressed_limit=len(content))
    assert logs.conn.height == 1
