import csv
import io
from dataclasses import replace

import pytest

from report.csv_report import csv_report
from verdict.assess import assess
from verdict.document import Document
from verdict.known_certificates import KnownCertificates
from verdict.scoring import score

from ..verdict.synthetic import BEACON, PLAIN, sample_logs, stub_models


@pytest.fixture(scope="module")
def document() -> Document:
    scored = score(sample_logs(), stub_models())
    return assess(scored, [BEACON, PLAIN], KnownCertificates())


def rows(document: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_report(document))))


def test_one_row_a_target_worst_first(document: Document) -> None:
    assert [(row["ip"], row["final_verdict"]) for row in rows(document)] == [
        (BEACON, "MALICIOUS"),
        (PLAIN, "NOT ASSESSED"),
    ]


def test_row_has_probabilities_and_features(document: Document) -> None:
    row = rows(document)[0]
    assert (row["gbdt"], row["connections"], row["port"]) == ("0.95", "6", "443")
    assert (row["ssl_version"], row["avg_time_diff"]) == ("TLSv12", "60.0")


def test_missing_is_empty(document: Document) -> None:
    row = rows(document)[1]
    assert (row["final_probability"], row["server"], row["ssl_version"]) == ("", "", "")


def test_spreadsheet_takes_no_name_for_a_formula(document: Document) -> None:
    target = replace(document.targets[0], features={"tlsSni": "=cmd()"})
    assert rows(replace(document, targets=(target,)))[0]["tlsSni"] == "'=cmd()"
