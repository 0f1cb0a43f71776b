from dataclasses import replace
from pathlib import Path

import pytest

from report.console import attacked_lines, console, skipped_lines
from verdict.assess import assess
from verdict.document import Capture, Document, Reason
from verdict.known_certificates import Entry, KnownCertificates
from verdict.scoring import Scored, score

from ..verdict.synthetic import BEACON, PLAIN, SITE, SITE_LEAF, sample_logs, stub_models
from .documents import attacked

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def scored() -> Scored:
    return score(sample_logs(), stub_models())


def document(scored: Scored, address: str, *known: Entry) -> Document:
    return assess(scored, [address], KnownCertificates(known))


@pytest.mark.parametrize(
    ("address", "name"), [(BEACON, "malicious"), (SITE, "normal"), (PLAIN, "not_assessed")]
)
def test_console_word_for_word(scored: Scored, address: str, name: str) -> None:
    expected = (GOLDEN / f"console_{name}.txt").read_text(encoding="utf-8")
    assert console(document(scored, address)) == expected


def test_certificate_in_the_database_is_said_to_be_found(scored: Scored) -> None:
    text = console(document(scored, SITE, Entry("confirmed", SITE_LEAF)))
    assert "the 1st module's predict result is malicious certificate FOUND!\n" in text
    assert "the FINAL predict result is MALICIOUS!\n" in text
    assert "confirmed by a person" in text


def test_lines_fit_eighty_columns(scored: Scored) -> None:
    lines = console(document(scored, BEACON)).splitlines()
    assert max(map(len, lines)) <= 80


def test_what_modules_3_and_4_say_stands_with_the_verdicts(scored: Scored) -> None:
    plain = document(scored, SITE)
    lines = console(replace(plain, targets=(attacked(plain.targets[0]),))).splitlines()
    final = next(at for at, line in enumerate(lines) if line.startswith("FINAL: probability"))
    assert lines[final + 1] == "attack class: DoS (DoS 2, Benign 1 of 3 flows)"
    assert "the conversation module's predict result is dangerous!" in lines


def test_every_share_is_in_percent(scored: Scored) -> None:
    lines = dict(
        line.split(": ", 1)
        for line in console(document(scored, BEACON)).splitlines()
        if ": " in line
    )
    shares = ("percent_of_std_duration", "ssl_flow_ratio", "SNI_ssl_ratio", "is_O_in_subject")
    assert [lines[name] for name in shares] == ["100.00%", "100.00%", "0.00%", "100.00%"]


def test_names_from_captures_cannot_steer_the_terminal(scored: Scored) -> None:
    plain = document(scored, SITE)
    evil = "\x1b[2Jevil\r\n\u202eexample\u2028"
    target = replace(
        plain.targets[0],
        features={"tlsSni": evil},
        reasons=(Reason("evidence", "x", None, None, f"SNI {evil}"),),
    )
    text = console(replace(plain, targets=(target,)))
    assert not {"\x1b", "\r", "\u202e", "\u2028"} & set(text)
    assert "tlsSni: \\x1b[2Jevil\\r\\n\\u202eexample\\u2028\n" in text


def test_what_was_skipped_is_told_by_reason() -> None:
    captures = [
        Capture("a.pcap", "a" * 64, 10, {"cut off": 1, "not IP": 1200}, None, None),
        Capture("b.pcap", "b" * 64, 10, {}, None, None),
        Capture("logs", "c" * 64, None, {"broken line": 2}, 1.0, 2.0),
        Capture("text.pcap", "d" * 64, None, {"not a capture": 1}, None, None),
        Capture("d.pcap", None, None, {"empty file": 1}, None, None),
        Capture("e.pcap", "e" * 64, 9, {"not IP (ARP)": 5}, None, None),
    ]
    assert skipped_lines(captures) == [
        "a.pcap: skipped 1 packet (cut off), 1,200 packets (not IP); the verdicts may",
        "  miss something",
        "logs: skipped 2 records (broken line); the verdicts may miss something",
        "text.pcap: not read (not a capture)",
        "d.pcap: not read (empty file)",
        "e.pcap: skipped 5 packets (not IP (ARP))",
    ]


def test_attacks_on_an_address_without_tls(scored: Scored) -> None:
    plain = document(scored, PLAIN)
    assert attacked_lines(plain) == []
    lines = attacked_lines(replace(plain, targets=(attacked(plain.targets[0]),)))
    assert lines == ["attack class: DoS (DoS 2, Benign 1 of 3 flows)"]
