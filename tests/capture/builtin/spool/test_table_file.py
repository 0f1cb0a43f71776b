"""Tables in a temporary file."""

import errno
import tempfile
from pathlib import Path
from typing import IO

import polars as pl
import pytest

from capture.builtin.spool.table_file import TableFile
from capture.errors import EngineError

TABLE = pl.DataFrame({"number": [1, 2, None], "texts": [["a", "b"], [], None]})


class FullDisk:
    """A file that takes three bytes and no more."""

    def __init__(self) -> None:
        self.closed = False
        self._taken = 0

    def seek(self, position: int) -> int:
        return position

    def write(self, content: memoryview) -> int:
        if self._taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._taken = 3
        return 3

    def close(self) -> None:
        self.closed = True


def test_tables_are_read_back_in_any_order() -> None:
    file = TableFile()
    places = [file.append(part) for part in (TABLE, TABLE.slice(1), TABLE.clear())]
    assert file.read(places[2]).equals(TABLE.clear())
    assert file.read(places[1]).equals(TABLE.slice(1))
    assert file.read(places[0], ["texts"]).equals(TABLE.select("texts"))
    file.close()


def test_nothing_is_written_before_the_first_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    TableFile().close()


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk()

    def open_file(buffering: int) -> FullDisk:
        assert buffering == 0
        return disk

    monkeypatch.setattr(tempfile, "TemporaryFile", open_file)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    file = TableFile()
    with pytest.raises(EngineError, match=r"No space left on device.*TMPDIR") as raised:
        file.append(TABLE)
    assert str(raised.value).startswith(f"{tmp_path}: ")
    assert "\n" not in str(raised.value)
    file.close()
    assert disk.closed


def test_a_folder_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/missing")
    with pytest.raises(EngineError, match="/missing: "):
        TableFile().append(TABLE)


def test_the_file_is_closed_with_the_table_file(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[IO[bytes]] = []
    make = tempfile.TemporaryFile

    def remember(buffering: int) -> IO[bytes]:
        made.append(make(buffering=buffering))
        return made[0]

    monkeypatch.setattr(tempfile, "TemporaryFile", remember)
    file = TableFile()
    file.append(TABLE)
    file.close()
    assert [each.closed for each in made] == [True]
