"""The commands that are timed: which peers there are, and what versions they tell."""

from pathlib import Path

import pytest

from bench.contenders import flow_meter, flows_command, logs_command, peers, version_in


def program(folder: Path, name: str, line: str, status: int = 0) -> Path:
    """Write a program that prints a line."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{line}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_peers_that_are_not_there_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found, absent = peers(Path("a.pcap"), str(tmp_path / "python"))
    assert (found, absent) == ([], ["zeek", "tshark conv,tcp", "nfstream"])


def test_peers_that_are_there_come_with_their_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "zeek", "zeek version 7.0.11")
    program(tmp_path, "tshark", "cannot start", 1)
    python = program(tmp_path, "python", "6.6.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    found, absent = peers(Path("a.pcap"), str(python))
    assert [(one.name, one.version) for one in found] == [("zeek", "7.0.11"), ("nfstream", "6.6.0")]
    assert absent == ["tshark conv,tcp"]
    assert all("a.pcap" in one.command for one in found)


def test_version_is_the_first_number_with_a_dot() -> None:
    line = "TShark (Wireshark) 4.0.17 (Git v4.0.17 packaged as 4.0.17-0+deb12u1)"
    assert version_in(line) == "4.0.17"
    assert version_in("7 beta") == "7 beta"


def test_several_captures_stand_in_one_command() -> None:
    command = logs_command([Path("a"), Path("b")], Path("out"), jobs=4)
    assert command[-8:] == ("a", "b", "--out", "out", "--engine", "builtin", "--jobs", "4")


def test_the_flow_meter_runs_beside_its_interpreter(tmp_path: Path) -> None:
    program(tmp_path, "python", "0.5.0")
    found = flow_meter(Path("a.pcap"), tmp_path / "cicflowmeter", tmp_path)
    assert found is not None
    assert found.version == "0.5.0"
    assert found.command[:4] == (str(tmp_path / "cicflowmeter"), "-f", "a.pcap", "-c")


def test_a_flow_meter_that_is_not_there(tmp_path: Path) -> None:
    assert flow_meter(Path("a.pcap"), tmp_path / "cicflowmeter", tmp_path) is None


def test_the_flow_table_goes_into_the_folder(tmp_path: Path) -> None:
    assert str(tmp_path / "flows.csv") in flows_command(Path("a.pcap"), tmp_path)
