from dataclasses import replace

import pytest

from report.attacks import Attacks
from report.html.attacks import attack_section
from report.language import ENGLISH
from verdict.attack_class import AttackClasses

from ..test_attack_class import FLOW, FOUND

EVIL = "<img src=x>"


def test_who_attacked_whom_and_what_it_rests_on() -> None:
    section = attack_section([Attacks(FOUND)], ENGLISH)
    for words in ("19 flows: SSH-Bruteforce 2, DoS 1", str(FLOW.evidence), "<td>10.0.0.1</td>"):
        assert words in section
    assert section.count("<tr>") == 3


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Attacks(None, "", "Zeek logs hold no packets"), "NOT ASSESSED (Zeek logs hold no packets"),
        (Attacks(AttackClasses("Benign", (), {"Benign": 3})), "3 flows: Benign 3"),
    ],
)
def test_without_an_attack_there_is_no_table(part: Attacks, words: str) -> None:
    section = attack_section([part], ENGLISH)
    assert words in section
    assert "<table" not in section


def test_where_nothing_is_known_there_is_no_section() -> None:
    assert attack_section([Attacks(None)], ENGLISH) == ""


def test_what_the_table_lacks_is_told() -> None:
    flows = tuple(replace(FLOW, server=f"10.9.0.{each}") for each in range(203))
    found = AttackClasses("SSH-Bruteforce", flows, {"SSH-Bruteforce": 1000})
    section = attack_section([Attacks(found)], ENGLISH)
    assert section.count("<tr>") == 201
    assert "and 3 more in the document" in section
    assert "the first 203 are shown" in section


def test_names_from_a_capture_are_text() -> None:
    found = AttackClasses("SSH-Bruteforce", (replace(FLOW, evidence=EVIL),), {"SSH-Bruteforce": 1})
    section = attack_section([Attacks(found, EVIL)], ENGLISH)
    assert "<img" not in section
    assert f"in {EVIL}".replace("<", "&lt;").replace(">", "&gt;") in section
