from dataclasses import replace

from report.summary import summary, summary_row
from verdict.assess import assess
from verdict.attack_class import AttackClasses
from verdict.document import Capture, Document, Engine
from verdict.known_certificates import KnownCertificates
from verdict.scoring import score

from ..verdict.synthetic import BEACON, sample_logs, stub_models
from .test_attack_class import FLOW


def test_row_is_of_the_worst_target() -> None:
    document = assess(score(sample_logs(), stub_models()), None, KnownCertificates())
    row = summary_row("office", document)
    assert (row.verdict, row.worst_server) == ("MALICIOUS", BEACON)
    assert (row.malicious_servers, row.servers, row.packets) == (1, 3, 120)
    assert row.skipped == "not IP: 2"


def test_capture_that_could_not_be_read_has_a_row() -> None:
    capture = Capture("broken.pcap", None, None, {"empty file": 1}, None, None)
    row = summary_row("broken", Document(Engine("auto", "unknown"), (capture,), ()))
    assert (row.verdict, row.probability, row.servers) == ("NOT ASSESSED", None, 0)


def test_rows_are_sorted_by_name() -> None:
    capture = Capture("a", None, None, {}, 1.25, None)
    row = summary_row("b", Document(Engine("auto", "unknown"), (capture,), ()))
    text = summary([row, replace(row, name="a")])
    assert text == (
        "name,path,verdict,probability,worst_server,malicious_servers,servers,packets,"
        "first_ts,last_ts,skipped,attack_classes,attacks\n"
        "a,a,NOT ASSESSED,,,0,0,,1.25,,,,\n"
        "b,a,NOT ASSESSED,,,0,0,,1.25,,,,\n"
    )


def test_name_that_a_spreadsheet_would_take_for_a_formula() -> None:
    capture = Capture("=1+1.pcap", None, None, {}, None, None)
    row = summary_row("=1+1.pcap", Document(Engine("auto", "unknown"), (capture,), ()))
    assert summary([row]).splitlines()[1].startswith("'=1+1.pcap,'=1+1.pcap,NOT ASSESSED")


def test_who_attacked_whom_in_a_capture_without_tls() -> None:
    capture = Capture("a.pcap", "0" * 64, 9, {}, 1.0, 2.0)
    found = AttackClasses("SSH-Bruteforce", (FLOW,), {"Benign": 3, "SSH-Bruteforce": 1})
    row = summary_row("a", Document(Engine("builtin", "1"), (capture,), (), found))
    assert row.attack_classes == "SSH-Bruteforce: 1; Benign: 3"
    pair = "SSH-Bruteforce: 10.0.0.1 -> 192.0.2.7 port 22, 1 flow"
    assert row.attacks == f"{pair} ({FLOW.evidence})"


def test_logs_have_no_packets_to_find_attacks_in() -> None:
    capture = Capture("logs", "0" * 64, None, {}, 1.0, 2.0)
    row = summary_row("logs", Document(Engine("zeek", "7"), (capture,), ()))
    assert (row.attack_classes, row.attacks) == ("NOT ASSESSED (Zeek logs hold no packets)", "")
