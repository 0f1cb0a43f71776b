import hashlib
import os
import shutil
from pathlib import Path

import pytest

from capture.zeek_folder import read_folder
from capture.zeek_format import write_logs
from module2.capture_logs import MADE_OF, make_logs
from tests.module2.small_logs import flow, logs_of, tls
from training.dataset_folders import DatasetFolder


@pytest.fixture
def folder(tmp_path: Path, pcaps: Path) -> DatasetFolder:
    """Return a labelled folder with a capture and no logs."""
    logs = tmp_path / "Malicious" / "one" / "bro"
    logs.mkdir(parents=True)
    shutil.copy(pcaps / "browsing.pcap", logs.parent)
    return DatasetFolder("one", "Malicious", logs)


def servers_of(folder: DatasetFolder) -> set[str]:
    return set(read_folder(folder.logs).conn["id.resp_h"])


def state(folder: DatasetFolder) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.logs.iterdir()}


def test_logs_say_which_captures_they_are_of(folder: DatasetFolder) -> None:
    make_logs(folder, pytest.fail)
    capture = folder.folder / "browsing.pcap"
    digest = hashlib.sha256(capture.read_bytes()).hexdigest()
    assert (folder.logs / MADE_OF).read_text() == f"{digest}  ../browsing.pcap\n"


def test_a_capture_that_is_added_later_is_in_the_logs(folder: DatasetFolder, pcaps: Path) -> None:
    make_logs(folder, pytest.fail)
    before = servers_of(folder)
    shutil.copy2(pcaps / "beacon.pcap", folder.folder)
    make_logs(folder, pytest.fail)
    assert servers_of(folder) > before
    assert "203.0.113.66" in servers_of(folder)


def test_captures_in_folders_within_are_not_read(folder: DatasetFolder, pcaps: Path) -> None:
    (folder.folder / "later").mkdir()
    shutil.copy2(pcaps / "beacon.pcap", folder.folder / "later")
    make_logs(folder, pytest.fail)
    assert "203.0.113.66" not in servers_of(folder)


def test_logs_of_the_same_captures_are_not_made_again(folder: DatasetFolder) -> None:
    make_logs(folder, pytest.fail)
    before = state(folder)
    make_logs(folder, pytest.fail)
    assert state(folder) == before


def test_logs_outlive_their_captures(folder: DatasetFolder) -> None:
    make_logs(folder, pytest.fail)
    before = state(folder)
    (folder.folder / "browsing.pcap").unlink()
    make_logs(folder, pytest.fail)
    assert state(folder) == before


def test_logs_that_were_not_written_to_the_end_are_made_again(
    folder: DatasetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_one(logs: object, place: Path) -> None:
        write_logs(logs_of([flow()], [tls()]), place)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("module2.capture_logs.write_logs", write_one)
        with pytest.raises(KeyboardInterrupt):
            make_logs(folder, pytest.fail)
    make_logs(folder, pytest.fail)
    assert len(servers_of(folder)) > 1


@pytest.mark.parametrize(("age", "is_told"), [(-100, False), (100, True)])
def test_logs_of_a_sensor_stay_and_newer_captures_are_told_of(
    folder: DatasetFolder, age: int, is_told: bool
) -> None:
    write_logs(logs_of([flow()], [tls()]), folder.logs)
    before, capture = state(folder), folder.folder / "browsing.pcap"
    changed = (folder.logs / "conn.log").stat().st_mtime + age
    os.utime(capture, (changed, changed))
    warnings: list[str] = []
    make_logs(folder, warnings.append)
    assert state(folder) == before
    assert [line.startswith(f"{folder.logs}: its logs are older than b") for line in warnings] == [
        True
    ] * is_told


def test_one_log_alone_is_not_those_of_a_sensor(folder: DatasetFolder) -> None:
    write_logs(logs_of([flow()]), folder.logs)
    for path in folder.logs.iterdir():
        if path.name != "conn.log":
            path.unlink()
    make_logs(folder, pytest.fail)
    assert len(servers_of(folder)) > 1


def test_logs_that_took_the_place_of_those_made_here_stay(
    folder: DatasetFolder, pcaps: Path
) -> None:
    make_logs(folder, pytest.fail)
    write_logs(logs_of([flow()], [tls()]), folder.logs)
    later = (folder.logs / MADE_OF).stat().st_mtime_ns + 10**9
    for name in ("conn.log", "ssl.log"):
        os.utime(folder.logs / name, ns=(later, later))
    before = servers_of(folder)
    shutil.copy2(pcaps / "beacon.pcap", folder.folder)
    make_logs(folder, lambda warning: None)
    assert servers_of(folder) == before


def test_a_capture_may_have_any_name(folder: DatasetFolder) -> None:
    capture = folder.folder / "browsing.pcap"
    capture.rename(os.fsdecode(os.fsencode(folder.folder) + b"/b\xe9.pcap"))
    make_logs(folder, pytest.fail)
    before = state(folder)
    make_logs(folder, pytest.fail)
    assert state(folder) == before
    assert b"b\xe9.pcap" in (folder.logs / MADE_OF).read_bytes()
