from dataclasses import replace
from pathlib import Path

from report.html.features import FeatureTable
from report.html.ranges import Ranges
from report.html.target import body, heading
from report.language import ENGLISH, Language
from report.selection import Shown
from report.triage import triage_row
from verdict.assess import assess
from verdict.document import Target
from verdict.known_certificates import Entry, KnownCertificates, Sighting
from verdict.scoring import score

from ...verdict.synthetic import BEACON, BEACON_LEAF, HIDDEN, SITE, sample_logs, stub_models
from ..documents import changed, document, target, with_connections

UNKNOWN = FeatureTable(Ranges({}, {}), ENGLISH)
CHINESE = Language("zh")
GOLDEN = Path(__file__).parent.parent / "golden"


def shown(of: Target) -> Shown:
    return Shown(of, triage_row(of))


def test_heading_has_verdict_address_and_probability() -> None:
    text = heading(shown(target(BEACON)), ENGLISH)
    assert '<span class="verdict malicious">MALICIOUS</span>' in text
    assert ">203.0.113.66<" in text
    assert "FINAL 0.898" in text


def test_body_word_for_word() -> None:
    (beacon,) = document(BEACON).targets
    expected = (GOLDEN / "target.html").read_text(encoding="utf-8")
    assert (
        body(shown(beacon), ENGLISH, FeatureTable(Ranges.of(document(BEACON)), ENGLISH)) + "\n"
        == expected
    )


def test_verdict_and_reasons_come_first() -> None:
    text = body(shown(target(BEACON)), ENGLISH, UNKNOWN)
    places = [text.index(f"<h3>{each}</h3>") for each in ("Verdict", "Reasons", "Features")]
    assert places == sorted(places)
    assert places[0] < 20


def test_what_could_not_be_assessed_is_told() -> None:
    text = body(shown(target(HIDDEN)), ENGLISH, UNKNOWN)
    assert "no certificate visible in 1 of 1 TLS connections" in text
    assert "What could not be assessed" not in body(shown(target(SITE)), ENGLISH, UNKNOWN)


def test_connection_can_be_found_in_other_tools() -> None:
    text = body(shown(target(SITE)), ENGLISH, UNKNOWN)
    assert "<code>Cs0</code>" in text
    assert "<code>1:DKrw4dm1zMEOVzW/oO2mNW/MGEI=</code>" in text
    assert "ip.addr == 198.51.100.7 &amp;&amp; tcp.port == 50000" in text


def test_many_connections_are_counted_and_the_first_shown() -> None:
    site = target(SITE)
    many = [changed(site.connections[0], uid=f"C{number}") for number in range(250)]
    text = body(shown(with_connections(site, *many)), ENGLISH, UNKNOWN)
    assert "250 TLS connections (the first 200 are shown)" in text
    assert "<code>C199</code>" in text
    assert "<code>C200</code>" not in text


def test_fingerprints_of_handshakes_are_named_once() -> None:
    site = target(SITE)
    several = [changed(each, ja3="j3", ja4="j4") for each in site.connections]
    text = body(shown(with_connections(site, *several)), ENGLISH, UNKNOWN)
    assert (text.count("<code>j3</code>"), text.count("<code>j4</code>")) == (1, 1)


def test_known_certificate_says_where_it_was_learned() -> None:
    entry = Entry("learned", BEACON_LEAF, sightings=(Sighting("d" * 64, "old.pcap", 1.5, 0.9),))
    known = assess(score(sample_logs(), stub_models()), [BEACON], KnownCertificates((entry,)))
    text = body(shown(known.targets[0]), ENGLISH, UNKNOWN)
    assert "old.pcap 1970-01-01 00:00:01" in text


def test_what_a_known_certificate_is_matched_by_is_told_in_the_language() -> None:
    names = "CN=localhost,O=Internet Widgits"
    entry = Entry("imported", sha256="e" * 64, subject=names, issuer=names)
    known = assess(score(sample_logs(), stub_models()), [BEACON], KnownCertificates((entry,)))
    text = body(shown(known.targets[0]), CHINESE, FeatureTable(Ranges({}, {}), CHINESE))
    assert "<td>主体与颁发者</td>" in text
    assert "subject and issuer" not in text


def test_nothing_that_stands_out_is_said() -> None:
    assert "nothing stands out" in body(shown(replace(target(SITE), reasons=())), ENGLISH, UNKNOWN)
