import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands.errors import WrongUseError
from commands.output import (
    check_writable,
    complaint,
    encoded,
    notice,
    refuse_inputs,
    replace_file,
    replacing,
    write_to,
)


def test_notice_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    notice("several\nlines  of\ttext")
    assert capsys.readouterr().err == "several lines of text\n"


LONG = f"pcaps/office.pcap: skipped {'2 (not IP), ' * 8}1 (cut off in mid-packet)"


def test_a_long_line_is_wrapped_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint(LONG)
    assert capsys.readouterr().err == f"{LONG}\n"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    complaint(LONG)
    lines = capsys.readouterr().err.splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(line.strip() for line in lines) == LONG


def test_file_name_that_is_no_utf8_stays_valid_json() -> None:
    name = os.fsdecode(b"caf\xe9.pcap")
    assert json.loads(encoded(json.dumps({"path": name}, ensure_ascii=False))) == {"path": name}


def test_result_goes_to_a_file_or_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_to(str(tmp_path / "result"), "text\n")
    write_to("-", "text\n")
    assert (tmp_path / "result").read_text(encoding="utf-8") == capsys.readouterr().out == "text\n"


def test_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    replace_file(path, "one")
    replace_file(path, "two")
    assert [entry.name for entry in tmp_path.iterdir()] == ["document.json"]
    assert path.read_text(encoding="utf-8") == "two"


def test_a_file_stays_as_it_was_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    replace_file(path, "one")

    def fail() -> None:
        with replacing(path) as part:
            part.write_bytes(b"tw")
            raise OSError(28, "No space left on device")

    with pytest.raises(WrongUseError, match="no space left"):
        fail()
    assert [entry.name for entry in tmp_path.iterdir()] == ["document.json"]
    assert path.read_text(encoding="utf-8") == "one"


def test_a_file_keeps_its_permissions_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "document.json", tmp_path / "link"
    path.write_text("one")
    path.chmod(0o640)
    link.symlink_to(path)
    write_to(str(link), "two")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("two", 0o640)
    assert link.is_symlink()


def test_a_result_can_go_to_a_device() -> None:
    write_to(os.devnull, "text")
    assert not Path(os.devnull).is_file()


def test_names_do_not_reach_a_terminal_as_commands(capsys: pytest.CaptureFixture[str]) -> None:
    notice("\x1b]0;title\x07\x1b[2J.pcap: café")
    assert capsys.readouterr().err == "\\x1b]0;title\\x07\\x1b[2J.pcap: café\n"


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="cannot be written"):
        replace_file(tmp_path / "nowhere" / "document.json", "")


def test_place_that_cannot_be_written_is_known_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in ("no/such/folder/x", "file/x"):
        with pytest.raises(WrongUseError, match=r"cannot be written \(no such folder"):
            check_writable(str(tmp_path / path))
    with pytest.raises(WrongUseError, match=r"cannot be written \(is a directory\)"):
        check_writable(str(tmp_path))


def test_a_capture_is_known_beforehand(pcaps: Path) -> None:
    with pytest.raises(WrongUseError, match="is a capture"):
        check_writable(str(pcaps / "beacon.pcap"))


@pytest.mark.parametrize("name", ["conn.log", "dns.2026-11-21-00-00-00.log", "notes.log"])
def test_a_zeek_log_is_known_beforehand(name: str, tmp_path: Path) -> None:
    log = tmp_path / name
    log.write_bytes(b"#fields\tts\n")
    if name == "notes.log":
        check_writable(str(log))
    else:
        with pytest.raises(WrongUseError, match="is a Zeek log, not to be overwritten"):
            check_writable(str(log))
    check_writable(str(tmp_path / "ssl.log"))


@pytest.mark.parametrize("name", ["input", "link", "folder/../input"])
def test_an_input_by_any_of_its_names_is_not_overwritten(name: str, tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(WrongUseError, match="is an input, not to be overwritten"):
        refuse_inputs(tmp_path / name, [tmp_path / "nowhere", tmp_path / "folder", path])


def test_what_is_no_input_may_be_overwritten(tmp_path: Path) -> None:
    path, other = tmp_path / "result", tmp_path / "input"
    refuse_inputs(path, [other])
    path.write_bytes(b"")
    refuse_inputs(path, [other, tmp_path])
    refuse_inputs(Path(os.devnull), [Path(os.devnull)])


@pytest.mark.parametrize("destination", ["-", "/dev/stdout", "/dev/null", "here", "file"])
def test_place_that_can_be_written(
    destination: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    check_writable(destination)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_device_is_an_error_of_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [sys.executable, "-c", "from commands.output import write; write('x' * 100_000)"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "WrongUseError: standard output cannot be written (no space" in finished.stderr
    assert "Exception ignored" not in finished.stderr
