"""What repetition tells of scans and attacks, from packets to words, with the models shipped."""

import json
from pathlib import Path

import pytest

import project
from module3.flow_state import INJECTED, INJECTIONS, OPENINGS
from module3.repetition import repeated
from pcaps.generate.attempts import half_open, refused, scan
from pcaps.generate.network import Route, tcp_session
from pcaps.generate.packet import NANOSECONDS, Flight, Packet, in_order
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


def request(query: str, client_port: int, start: float) -> list[Packet]:
    """Return the connection of a request over IPv6 for a page."""
    sent = f"GET /vulnerabilities/?{query}&Submit=Submit HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    route = Route(("2001:db8::1", client_port), ("2001:db8::2", 8080))
    flights = [Flight(True, sent), Flight(False, b"HTTP/1.1 200 OK\r\n\r\n")]
    return tcp_session(route, START + round(start * NANOSECONDS), flights)


@pytest.fixture(scope="module")
def attacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("attacks") / "attacks.pcap"
    packets = []
    for each in range(12):
        packets += request(f"name=%3Cscript%3Ealert({each})%3C/script%3E", 40000 + each, each)
        packets += request(f"id=%27+or+{each}=1%23", 41000 + each, 300 + each)
        packets += request(f"username=admin&password={each}", 42000 + each, 600 + each)
    write_pcap(path, in_order(packets))
    return path


def test_three_attacks_of_one_client(attacks: Path, capsys: Output) -> None:
    project.main(["detect", str(attacks), "--ip", "2001:db8::2", "--engine", "builtin"])
    said = " ".join(capsys.readouterr().out.split())
    ends = "2001:db8::1 to 2001:db8::2 port 8080"
    assert "(Brute Force -Web 12, Brute Force -XSS 12, SQL Injection 12 of 36 flows)" in said
    assert f"code in requests: 12 different requests with script injection from {ends}" in said
    assert f"code in requests: 12 different requests with SQL injection from {ends}" in said
    assert f"repeated logins: 12 different passwords sent over HTTP by {ends}" in said


def test_three_attacks_in_chinese(attacks: Path, capsys: Output) -> None:
    known = ["--ip", "2001:db8::2", "--engine", "builtin", "--lang", "zh"]
    project.main(["detect", str(attacks), *known])
    said = "".join(capsys.readouterr().out.split())
    for words in ("12个不同的含脚本注入的请求", "12个不同的含SQL注入的请求", "请求中的代码"):
        assert words in said


def test_guesses_go_before_scans() -> None:
    nothing = {**dict.fromkeys((*OPENINGS, *INJECTIONS), 0), **dict.fromkeys(INJECTED, [0] * 4)}
    guess = {"Dst Port": 22, "Tried": False, "SSH Refusals": 2, "TotLen Fwd Pkts": 900}
    scan = [{**nothing, **each} for each in ports(25)]
    table = flows([*scan, *[{**nothing, **guess}] * 4])
    found = repeated(table)
    told = [*["Infilteration"] * 21, "SSH-Bruteforce", *["Infilteration"] * 3]
    assert found["guessed"].to_list() == [*told, *["SSH-Bruteforce"] * 4]
    assert found["evidence"].null_count() == 0
