from dataclasses import replace
from pathlib import Path

import pytest

from report.ranking import first_name, ranking
from verdict.assess import assess
from verdict.document import Document, Reason
from verdict.known_certificates import KnownCertificates
from verdict.scoring import score

from ..verdict.synthetic import sample_logs, stub_models

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def document() -> Document:
    return assess(score(sample_logs(), stub_models()), None, KnownCertificates())


def test_ranking_word_for_word(document: Document) -> None:
    assert ranking(document) == (GOLDEN / "ranking.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["203.0.113.66", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"])
def test_table_fits_eighty_columns_and_cuts_no_address(document: Document, address: str) -> None:
    long = tuple(replace(target, ip=address) for target in document.targets)
    lines = ranking(replace(document, targets=long)).splitlines()
    table = [line for line in lines if not line.startswith("office")]
    assert max(map(len, table)) <= 80
    assert sum(address in line for line in table) == 3


def test_no_targets_are_said_to_be_none(document: Document) -> None:
    text = ranking(replace(document, targets=(), captures=()))
    assert text == "no TLS server was seen, so there is nothing to assess\n"


def test_name_is_the_one_asked_for_most(document: Document) -> None:
    assert [first_name(target) for target in document.targets] == [
        None,
        "www.example.com",
        "hidden.example.org",
    ]


def test_a_fingerprint_in_a_reason_is_shortened(document: Document) -> None:
    digits = "0123456789abcdef" * 4
    reason = Reason("certificate_database", "sha256", digits, None, f"sha256 {digits} is known")
    targets = [
        replace(target, final=replace(target.final, verdict="MALICIOUS"), reasons=(reason,))
        for target in document.targets
    ]
    text = ranking(replace(document, targets=tuple(targets)))
    assert "  sha256 0123456789ab… is known\n" in text
