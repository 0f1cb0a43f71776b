from dataclasses import replace

from report.attacks import (
    Attacks,
    attack_count,
    attack_rows,
    attack_summary,
    not_assessed_lines,
    why_not_assessed,
)
from report.language import ENGLISH
from verdict.attack_class import AttackClasses

from .documents import document
from .test_attack_class import FLOW, FOUND


def test_a_row_for_each_pair_and_class() -> None:
    evidence = str(FLOW.evidence)
    assert attack_rows([Attacks(FOUND)]) == [
        ("SSH-Bruteforce", "10.0.0.1", "192.0.2.7", (22,), 2, evidence, ""),
        ("DoS", "10.0.0.1", "192.0.2.7", (22,), 1, "models", ""),
    ]


def test_many_ports_of_a_pair_are_counted_in_one_line() -> None:
    flows = tuple(replace(FLOW, server_port=port, evidence=None) for port in (1, 2, 3, 3))
    found = AttackClasses("Infilteration", flows, {"Infilteration": 4})
    (line,) = attack_summary([Attacks(found)])
    assert line == "SSH-Bruteforce: 10.0.0.1 -> 192.0.2.7, 3 ports, 4 flows (models)"


def test_the_pairs_with_most_flows_are_told_below_the_ranking() -> None:
    flows = tuple(replace(FLOW, server=f"192.0.2.{number:02}") for number in range(12))
    found = AttackClasses("SSH-Bruteforce", flows, {"SSH-Bruteforce": 12})
    lines = attack_summary([Attacks(found)])
    assert lines[0].startswith("SSH-Bruteforce: 10.0.0.1 -> 192.0.2.00 port 22, 1 flow (2 short")
    assert lines[-1] == "attacks between 2 more pairs"
    assert attack_summary([Attacks(None)]) == []


def test_each_capture_says_what_was_counted_in_it() -> None:
    found = AttackClasses("SSH-Bruteforce", (FLOW, FLOW), {"SSH-Bruteforce": 2})
    pair = f"SSH-Bruteforce: 10.0.0.1 -> 192.0.2.7 port 22, 2 flows ({FLOW.evidence})"
    parts = [Attacks(found, "b.pcap"), Attacks(None, "c"), Attacks(found, "a.pcap")]
    assert attack_summary(parts) == [f"{pair} in a.pcap", f"{pair} in b.pcap"]
    told = "flows that are called an attack: 4 (SSH-Bruteforce 4)"
    assert attack_count(parts, ENGLISH) == told


def test_flows_that_are_no_attack_are_not_told_of() -> None:
    benign = AttackClasses("Benign", (), {"Benign": 4, "NOT ASSESSED": 1})
    assert attack_count([Attacks(benign)], ENGLISH) == ""


def test_why_there_are_no_attack_classes() -> None:
    (capture,) = document().captures
    logs = replace(document(), captures=(replace(capture, packets=None),))
    unread = replace(document(), captures=(replace(capture, sha256=None),))
    known = replace(logs, attack_classes=AttackClasses("Benign", (), {"Benign": 1}))
    reasons = [why_not_assessed(each) for each in (document(), logs, unread, known)]
    assert reasons == ["no packets were classified", "Zeek logs hold no packets", "", ""]


def test_captures_without_attack_classes_are_counted_by_reason() -> None:
    logs = Attacks(None, "", "Zeek logs hold no packets")
    assert not_assessed_lines([logs]) == [
        "attack classes: NOT ASSESSED (Zeek logs hold no packets)"
    ]
    assert not_assessed_lines([logs, Attacks(FOUND), logs]) == [
        "attack classes of 2 inputs: NOT ASSESSED (Zeek logs hold no packets)"
    ]
