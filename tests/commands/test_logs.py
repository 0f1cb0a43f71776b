import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import project
from capture.zeek_folder import read_folder

Output = pytest.CaptureFixture[str]
NAMES = ["conn.log", "dns.log", "ssl.log", "x509.log"]


def run(*arguments: object) -> int:
    return project.main(["logs", *map(str, arguments)])


@pytest.mark.parametrize("form", ["tsv", "json"])
def test_logs_of_one_capture_go_into_the_folder_itself(
    logs: Path, tmp_path: Path, form: str
) -> None:
    out = tmp_path / "out"
    assert run(logs, "--out", out, "--format", form) == 0
    assert sorted(path.name for path in out.iterdir()) == NAMES
    assert read_folder(out).ssl.equals(read_folder(logs).ssl)


def test_logs_of_several_captures_get_a_folder_each(logs: Path, tmp_path: Path) -> None:
    second = tmp_path / "site" / "lab"
    second.mkdir(parents=True)
    for path in logs.iterdir():
        (second / path.name).write_bytes(path.read_bytes())
    out = tmp_path / "out"
    assert run(logs, tmp_path / "site", "--out", out) == 0
    assert sorted(path.name for path in out.iterdir()) == ["lab", "office"]
    assert isinstance(read_folder(out / "lab").conn, pl.DataFrame)


@pytest.mark.parametrize("form", ["tsv", "json"])
def test_logs_are_written_again_into_the_same_folder(logs: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    run(logs, "--out", out)
    assert run(logs, "--out", out, "--format", form) == 0
    assert run(logs, "--out", out) == 0
    assert read_folder(out).ssl.equals(read_folder(logs).ssl)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_logs_that_are_read_are_not_overwritten(logs: Path, tmp_path: Path, capsys: Output) -> None:
    before = contents(tmp_path)
    (tmp_path / "link").symlink_to(logs)
    assert run(logs, "--out", logs) == 2
    assert run(logs, "--out", tmp_path / "link") == 2
    assert run(logs, tmp_path / "nowhere.pcap", "--out", tmp_path) == 2
    assert contents(tmp_path) == before
    said = "its logs are an input, not to be overwritten; name another folder with --out"
    assert capsys.readouterr().err.splitlines() == [
        f"{folder}: {said}" for folder in (logs, tmp_path / "link", logs)
    ]


def test_logs_of_zeek_are_not_overwritten(
    pcaps: Path, logs: Path, tmp_path: Path, capsys: Output
) -> None:
    sensor = tmp_path / "sensor"
    sensor.mkdir()
    original = (logs / "conn.log").read_bytes()
    (sensor / "conn.log").write_bytes(original.replace(b"#path", b"#open\t2026\n#path", 1))
    before = contents(sensor)
    assert run(pcaps / "beacon.pcap", "--out", sensor) == 2
    assert run(pcaps / "beacon.pcap", logs, "--out", sensor, "--jobs", "1") == 0
    assert capsys.readouterr().err.splitlines()[0] == (
        f"{sensor / 'conn.log'}: not this program's as far as can be told, so not overwritten; "
        "name another folder with --out"
    )
    assert before.items() <= contents(sensor).items()


def test_unreadable_capture_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(b"")
    assert run(path, "--out", tmp_path / "out") == 3
    assert "empty.pcap" in capsys.readouterr().err


def test_what_cannot_be_read_is_told_to_the_quiet_too(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], quiet: None
) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(b"")
    assert run(path, "--out", tmp_path / "out", "-q") == 3
    assert "empty.pcap" in capsys.readouterr().err
    assert run(path, logs, "--out", tmp_path / "out", "-q") == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "empty.pcap" in line


def test_folder_that_cannot_be_made(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert run(logs, "--out", tmp_path / "file" / "out") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_logs_load_no_library_that_they_do_not_need(pcaps: Path, tmp_path: Path) -> None:
    code = (
        "import sys, project\n"
        "assert project.main(sys.argv[1:]) == 0\n"
        "slow = ('cryptography', 'lightgbm', 'sklearn', 'xgboost', 'scipy', 'rich')\n"
        "print([name for name in slow if name in sys.modules])"
    )
    capture = str(pcaps / "ipv6.pcap")  # without QUIC, which needs ciphers
    command = [sys.executable, "-c", code, "logs", capture, "--out", str(tmp_path)]
    root = Path(project.__file__).parent
    output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert output.stdout == "[]\n"


def test_a_line_says_what_was_written_and_where(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(logs, "--out", tmp_path / "out")
    assert f"wrote the logs of 1 input to {tmp_path / 'out'}" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "size"), [("7", 7), ("2k", 2048), ("64G", 1 << 36)])
def test_the_limit_of_decompression_has_units(text: str, size: int) -> None:
    arguments = project.parser().parse_args(
        ["logs", "a.pcap", "--out", "out", "--decompression-limit", text]
    )
    assert arguments.decompression_limit == size


@pytest.mark.parametrize("text", ["", "G", "-1", "0", "1.5G", "many"])
def test_a_limit_that_is_no_size_is_wrong_use(text: str) -> None:
    with pytest.raises(SystemExit) as left:
        run("a.pcap", "--out", "out", f"--decompression-limit={text}")
    assert left.value.code == 2
