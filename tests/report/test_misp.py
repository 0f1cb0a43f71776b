import csv
import io
from dataclasses import replace

from report.misp import COLUMNS, misp_csv
from verdict.document import Document

from ..verdict.synthetic import BEACON, BEACON_LEAF, SITE
from .documents import changed, document, leaf, target, with_connections


def rows(of: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(misp_csv(of))))


def test_server_and_certificate_with_both_fingerprints() -> None:
    assert [(row["type"], row["value"], row["to_ids"]) for row in rows(document())] == [
        ("x509-fingerprint-sha256", BEACON_LEAF, "1"),
        ("x509-fingerprint-sha1", BEACON_LEAF[:40], "1"),
        ("ip-dst|port", f"{BEACON}|443", "1"),
    ]
    first = rows(document())[0]
    assert first["first_seen"] == "2026-09-21T14:13:20Z"
    assert first["last_seen"] == "2026-09-21T14:18:20Z"
    final = target(BEACON).final.probability
    assert first["comment"].startswith(f"FINAL {final:.3f}: self-signed certificate")
    unexplained = replace(document(), targets=(replace(target(BEACON), reasons=()),))
    assert rows(unexplained)[0]["comment"] == f"FINAL {final:.3f}"


def test_ja3_is_no_ground_for_an_alarm_and_names_come_from_dns() -> None:
    beacon = target(BEACON)
    first = changed(beacon.connections[0], ja3="a" * 32, ts=None, certificates=("f" * 40,))
    named = replace(
        with_connections(beacon, first), dns_names=("c2.example",), certificates=(leaf("f" * 40),)
    )
    found = rows(replace(document(), targets=(named,)))
    assert [(row["type"], row["value"], row["to_ids"], row["first_seen"]) for row in found] == [
        ("x509-fingerprint-sha1", "f" * 40, "1", ""),
        ("domain", "c2.example", "1", ""),
        ("ja3-fingerprint-md5", "a" * 32, "0", ""),
        ("ip-dst|port", f"{BEACON}|443", "1", ""),
    ]


def test_nothing_malicious_leaves_the_heading() -> None:
    assert misp_csv(document(SITE)) == ",".join(COLUMNS) + "\n"
