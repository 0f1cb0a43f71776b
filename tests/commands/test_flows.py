from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import project
from module3.columns import ENDPOINTS, NAMES

Output = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    return project.main(["flows", *map(str, arguments)])


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_table_is_written_and_said_to_be(
    pcaps: Path, tmp_path: Path, capsys: Output, suffix: str
) -> None:
    out = tmp_path / f"flows.{suffix}"
    assert run(pcaps / "tls13.pcapng", "--out", out) == 0
    table = pl.read_csv(out) if suffix == "csv" else pl.read_parquet(out)
    assert table.columns == [*ENDPOINTS, *NAMES]
    assert f"wrote {len(table)} flows to {out}" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_flows_of_several_captures_are_one_table(pcaps: Path, tmp_path: Path) -> None:
    names = ("tls13.pcapng", "ipv6.pcap")
    for name in names:
        run(pcaps / name, "--out", tmp_path / f"{name}.csv")
    run(*(pcaps / name for name in names), "--out", tmp_path / "both.csv")
    parts = [len(pl.read_csv(tmp_path / f"{name}.csv")) for name in names]
    assert len(pl.read_csv(tmp_path / "both.csv")) == sum(parts)


def test_cic_gives_microseconds(pcaps: Path, tmp_path: Path) -> None:
    longest = []
    for more in ([], ["--cic"]):
        run(pcaps / "tls13.pcapng", "--out", tmp_path / "flows.csv", *more)
        longest.append(pl.read_csv(tmp_path / "flows.csv")["Flow IAT Max"].max())
    assert longest[1] == pytest.approx(longest[0] * 1e6)


def test_a_capture_is_not_replaced_by_its_flows(
    pcaps: Path, tmp_path: Path, capsys: Output
) -> None:
    content = (pcaps / "tls13.pcapng").read_bytes()
    capture, broken = tmp_path / "capture.csv", tmp_path / "broken.csv"
    capture.write_bytes(content)
    broken.write_bytes(b"no capture")
    assert run(capture, "--out", capture) == 2
    assert run(capture, broken, "--out", broken) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{capture}: is a capture, not to be overwritten; name another file",
        f"{broken}: is an input, not to be overwritten; name another file",
    ]
    assert (capture.read_bytes(), broken.read_bytes()) == (content, b"no capture")


def test_an_unreadable_capture_is_told_and_the_others_are_read(
    pcaps: Path, tmp_path: Path, capsys: Output
) -> None:
    (tmp_path / "empty.pcap").write_bytes(b"")
    out = tmp_path / "flows.csv"
    assert run(tmp_path / "empty.pcap", pcaps / "tls13.pcapng", "--out", out) == 0
    assert "empty.pcap" in capsys.readouterr().err.splitlines()[0]
    assert run(tmp_path / "empty.pcap", "--out", tmp_path / "none.csv") == 3
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "none.csv").exists()


@pytest.mark.usefixtures("quiet")
def test_an_unreadable_capture_is_told_to_the_quiet_too(
    pcaps: Path, tmp_path: Path, capsys: Output
) -> None:
    (tmp_path / "empty.pcap").write_bytes(b"")
    out = tmp_path / "flows.csv"
    assert run(tmp_path / "empty.pcap", pcaps / "tls13.pcapng", "--out", out, "-q") == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "empty.pcap" in line


def test_logs_hold_no_packets(logs: Path, tmp_path: Path, capsys: Output) -> None:
    assert run(logs, "--out", tmp_path / "flows.csv") == 3
    assert "logs do not hold the packets" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["flows", "flows.txt", "missing/flows.csv"])
def test_a_table_that_cannot_be_written(
    pcaps: Path, tmp_path: Path, capsys: Output, name: str
) -> None:
    assert run(pcaps / "tls13.pcapng", "--out", tmp_path / name) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
