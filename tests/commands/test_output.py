import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands.errors import WrongUseError
from commands.output import encoded, notice, replace_file, write_to


def test_notice_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    notice("several\nlines  of\ttext")
    assert capsys.readouterr().err == "several lines of text\n"


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


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="cannot be written"):
        replace_file(tmp_path / "nowhere" / "document.json", "")


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
