"""What repetition tells of a port scan, also through the command line, with the models shipped."""

import json
from pathlib import Path

import pytest

import project
from module3.flow_state import OPENINGS
from module3.repetition import repeated
from pcaps.generate.attempts import half_open, refused, scan
from pcaps.generate.network import Route
from pcaps.generate.packet import NANOSECONDS, in_order
from pcaps.generate.writer import write_pcap

from .test_scans import flows, ports

SCANNER, SCANNED = "10.1.1.68", "10.1.1.90"
START = 1_790_000_000 * NANOSECONDS
Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scan") / "scan.pcap"
    route = Route((SCANNER, 40000), (SCANNED, 80))
    packets = scan(route, START, range(1000, 2000), 0.01)
    packets += half_open(route, START)
    for port in range(1, 51):
        packets += refused(Route((SCANNER, 40000), (SCANNED, port)), START + port * 10**7)
    write_pcap(path, in_order(packets))
    return path


def detect(capture: Path, *arguments: str) -> int:
    known = ("--ip", SCANNER, "--ip", SCANNED, "--engine", "builtin")
    return project.main(["detect", str(capture), *known, *arguments])


def test_the_scan_is_named_on_both_sides(capture: Path, capsys: Output) -> None:
    detect(capture)
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("attack class: Infilteration (Infilteration 1,051 of 1,051 flows)") == 2
    words = f"port scan: {SCANNER} tried 1,051 ports of {SCANNED}, 1,050 of them refused or silent"
    assert said.count(words) == 2


def test_the_scan_in_the_document(capture: Path, capsys: Output) -> None:
    detect(capture, "--json", "-")
    found = json.loads(capsys.readouterr().out)["attack_classes"]
    assert found["counts"] == {"Infilteration": 1051}
    assert {flow["basis"] for flow in found["flows"]} == {"repetition"}


def test_the_scan_in_chinese(capture: Path, capsys: Output) -> None:
    detect(capture, "--lang", "zh")
    said = "".join(capsys.readouterr().out.split())
    for words in ("端口扫描", f"{SCANNER}尝试了{SCANNED}的1,051个端口", "1,050个被拒绝或无响应"):
        assert words in said


def test_the_scan_in_html(capture: Path, tmp_path: Path) -> None:
    detect(capture, "--html", str(tmp_path / "scan.html"))
    assert f"{SCANNER} tried 1,051 ports" in (tmp_path / "scan.html").read_text(encoding="utf-8")


def test_guesses_go_before_scans() -> None:
    nothing = dict.fromkeys(OPENINGS, 0)
    guess = {"Dst Port": 22, "Tried": False, "SSH Refusals": 2, "TotLen Fwd Pkts": 900}
    scan = [{**nothing, **each} for each in ports(25)]
    table = flows([*scan, *[{**nothing, **guess}] * 4])
    found = repeated(table)
    told = [*["Infilteration"] * 21, "SSH-Bruteforce", *["Infilteration"] * 3]
    assert found["guessed"].to_list() == [*told, *["SSH-Bruteforce"] * 4]
    assert found["evidence"].null_count() == 0
