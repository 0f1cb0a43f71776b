import csv
import io
from dataclasses import replace

from module2.columns import FEATURES
from report.allowlist import parse_allowlist
from report.csv_report import csv_report
from report.selection import View, select
from verdict.document import Document

from ..verdict.synthetic import BEACON, CLIENT, PLAIN, SITE
from .documents import attacked, changed, document, target, with_connections


def rows(of: Document, view: View | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_report(select(of, view or View())))))


def test_one_row_a_target_worst_first() -> None:
    assert [(row["ip"], row["final_verdict"]) for row in rows(document(BEACON, PLAIN))] == [
        (BEACON, "MALICIOUS"),
        (PLAIN, "NOT ASSESSED"),
    ]


def test_features_come_first_in_their_order() -> None:
    heading = list(rows(document())[0])
    assert heading[0] == "ip"
    assert heading[1:4] == ["tlsSubject", "tlsIssuerDn", "tlsSni"]
    assert heading[4 : 4 + len(FEATURES)] == list(FEATURES)


def test_row_has_probabilities_features_and_what_it_is_found_by() -> None:
    row = rows(document())[0]
    assert (row["gbdt"], row["connections"], row["port"]) == ("0.95", "6", "443")
    assert (row["ssl_version"], row["avg_time_diff"]) == ("TLSv12", "60.0")
    assert row["uid"] == "Cb0,Cb1,Cb2,Cb3,Cb4,Cb5"
    assert row["display_filter"] == "ip.addr == 203.0.113.66 && tcp.port == 443"
    assert (row["first_seen"], row["last_seen"]) == ("2026-09-21 14:13:20", "2026-09-21 14:18:20")


def test_each_detector_has_a_column_of_its_own() -> None:
    beacon = target(BEACON)
    detectors = beacon.detectors
    told = {
        "role": "server",
        "final_probability": f"{beacon.final.probability:.6f}",
        "certificate_database": "NOT FOUND",
        "module1": str(detectors.module1.probability),
        "random_forest": str(detectors.random_forest.probability),
        "gbdt": str(detectors.gbdt.probability),
        "conversation": "NOT ASSESSED",
        "client": CLIENT,
        "server": BEACON,
        "proto": "tcp",
        "reasons": "; ".join(reason.text for reason in beacon.reasons),
    }
    row = rows(document())[0]
    assert {name: row[name] for name in told} == told


def test_of_many_connections_the_first_are_named() -> None:
    beacon = target(BEACON)
    first = beacon.connections[0]
    many = [changed(first, uid=f"C{at}", community_id=f"1:{at}") for at in range(11)]
    (row,) = rows(replace(document(), targets=(with_connections(beacon, *many),)))
    assert row["uid"] == ",".join(f"C{number}" for number in range(10))
    assert row["community_id"] == ",".join(f"1:{number}" for number in range(10))
    assert row["connections"] == "11"


def test_missing_is_empty() -> None:
    row = rows(document(BEACON, PLAIN))[1]
    assert (row["final_probability"], row["server"], row["ssl_version"]) == ("", "", "")


def test_spreadsheet_takes_no_name_for_a_formula() -> None:
    target = replace(document().targets[0], features={"tlsSni": "=cmd()"})
    assert rows(replace(document(), targets=(target,)))[0]["tlsSni"] == "'=cmd()"


def test_allowed_is_left_out_or_marked() -> None:
    allowlist = parse_allowlist({"a": "example.com"})
    assert SITE not in [row["ip"] for row in rows(document(), View(allowlist))]
    marked = {row["ip"]: row["allowed_by"] for row in rows(document(), View(allowlist, True))}
    assert marked[SITE] == "example.com"


def test_what_modules_3_and_4_say_comes_after_the_classic_verdicts() -> None:
    (row,) = rows(replace(document(), targets=(attacked(target(SITE)),)))
    heading = list(row)
    place = heading.index("gbdt")
    assert heading[place + 1 : place + 5] == [
        "conversation",
        "conversation_probability",
        "attack_class",
        "flows_by_class",
    ]
    values = ("dangerous", "0.75", "DoS", "DoS: 2; Benign: 1")
    assert tuple(row.values())[place + 1 : place + 5] == values
