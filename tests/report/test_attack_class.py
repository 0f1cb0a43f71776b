from dataclasses import replace

import pytest

from report.attack_class import attack_class_lines, counts_text
from verdict.attack_class import AttackClasses, AttackFlow

FLOW = AttackFlow(
    ts=1.0,
    duration=0.2,
    client="10.0.0.1",
    client_port=40000,
    server="192.0.2.7",
    server_port=22,
    proto=6,
    attack_class="SSH-Bruteforce",
    probability=None,
    basis="repetition",
    evidence="2 short SSH connections from 10.0.0.1 to 192.0.2.7 port 22",
)
FOUND = AttackClasses(
    "SSH-Bruteforce",
    (FLOW, FLOW, replace(FLOW, attack_class="DoS", evidence=None, basis="model", probability=0.99)),
    {"Benign": 7, "DoS": 1, "NOT ASSESSED": 9, "SSH-Bruteforce": 2},
)


def test_the_class_stands_before_what_it_rests_on() -> None:
    assert attack_class_lines(FOUND, "") == [
        "attack class: SSH-Bruteforce (SSH-Bruteforce 2, DoS 1, NOT ASSESSED 9, Benign 7 of 19 "
        "flows)",
        "repeated logins: 2 short SSH connections from 10.0.0.1 to 192.0.2.7 port 22",
    ]


def test_a_port_scan_is_told_as_one() -> None:
    scan = replace(FLOW, attack_class="Infilteration", evidence="A tried 1,000 ports of B")
    lines = attack_class_lines(AttackClasses("Infilteration", (scan,), {"Infilteration": 1}), "")
    assert lines[1:] == ["port scan: A tried 1,000 ports of B"]


@pytest.mark.parametrize("kind", ["SQL Injection", "Brute Force -XSS"])
def test_code_in_requests_is_told_as_such(kind: str) -> None:
    flow = replace(FLOW, attack_class=kind, evidence="9 different requests")
    lines = attack_class_lines(AttackClasses(kind, (flow,), {kind: 1}), "")
    assert lines[1:] == ["code in requests: 9 different requests"]


def test_of_very_many_repetitions_the_first_are_told() -> None:
    flows = tuple(replace(FLOW, evidence=f"{number} logins") for number in range(10, 22))
    lines = attack_class_lines(AttackClasses("SSH-Bruteforce", flows, {"SSH-Bruteforce": 12}), "")
    assert lines[1] == "repeated logins: 10 logins"
    assert lines[10:] == ["repeated logins: 19 logins", "further repetitions like these: 2"]
    all_told = attack_class_lines(AttackClasses("SSH-Bruteforce", flows[:10], {"DoS": 10}), "")
    assert len(all_told) == 11


def test_logs_without_flows_say_why_there_is_no_class() -> None:
    lines = attack_class_lines(AttackClasses("NOT ASSESSED"), "Zeek logs hold no packets")
    assert lines == ["attack class: NOT ASSESSED (Zeek logs hold no packets)"]


def test_counts_of_a_capture() -> None:
    assert counts_text(FOUND) == "SSH-Bruteforce: 2; DoS: 1; NOT ASSESSED: 9; Benign: 7"
    assert counts_text(None) == ""
