from dataclasses import replace

import polars as pl
import pytest

from capture.logs import CaptureInfo, empty_table
from module2.columns import CLASSIC_FEATURES, FURTHER_FEATURES
from verdict.assess import assess, in_order
from verdict.document import Document, Engine, Target
from verdict.known_certificates import Entry, KnownCertificates, Sighting
from verdict.scoring import Scored, score

from .synthetic import (
    BEACON,
    BEACON_LEAF,
    CAPTURE,
    CLIENT,
    HIDDEN,
    PLAIN,
    SITE,
    SITE_LEAF,
    sample_logs,
    stub_models,
)

NOTHING_KNOWN = KnownCertificates()
ELSEWHERE = (Sighting("d" * 64, "old.pcap", 1.5, 0.9),)


@pytest.fixture(scope="module")
def scored() -> Scored:
    return score(sample_logs(), stub_models())


def one(scored: Scored, address: str, known: KnownCertificates | None = NOTHING_KNOWN) -> Target:
    (target,) = assess(scored, [address], known).targets
    return target


def test_all_servers_come_worst_first(scored: Scored) -> None:
    targets = assess(scored, None, NOTHING_KNOWN).targets
    found = [(target.ip, target.role, target.final.verdict) for target in targets]
    assert found == [
        (BEACON, "server", "MALICIOUS"),
        (SITE, "server", "NORMAL"),
        (HIDDEN, "server", "NORMAL"),
    ]


def test_probabilities_that_are_stored_alike_are_ordered_by_address(scored: Scored) -> None:
    target = one(scored, SITE)
    nearly_alike = [("192.0.2.1", 0.3000001), ("192.0.2.2", 0.3000002)]
    targets = [
        replace(target, ip=ip, final=replace(target.final, probability=probability))
        for ip, probability in nearly_alike
    ]
    ordered = in_order(Engine("builtin", "1"), (), targets).targets
    assert [each.ip for each in ordered] == ["192.0.2.1", "192.0.2.2"]


def test_each_detector_has_its_own_verdict(scored: Scored) -> None:
    detectors = one(scored, BEACON).detectors
    assert detectors.certificate_database.verdict == "NOT FOUND"
    assert (detectors.module1.verdict, detectors.module1.probability) == ("MALICIOUS", 0.9)
    assert (detectors.random_forest.verdict, detectors.random_forest.threshold) == (
        "MALICIOUS",
        0.4,
    )
    assert (detectors.gbdt.verdict, detectors.gbdt.probability) == ("MALICIOUS", 0.95)


def test_client_has_the_rows_of_all_its_servers(scored: Scored) -> None:
    target = one(scored, CLIENT)
    assert target.role == "client"
    assert [server.server for server in target.detectors.gbdt.servers] == [SITE, HIDDEN, BEACON]
    assert len(target.detectors.module1.connections) == 9
    assert target.final.verdict == "MALICIOUS"


def test_probability_is_the_highest_and_features_are_of_that_row(scored: Scored) -> None:
    target = one(scored, CLIENT)
    assert target.detectors.gbdt.probability == 0.95
    assert target.final.server is not None
    assert target.final.server.server == BEACON
    assert target.features == one(scored, BEACON).features
    assert target.features["tlsSubject"] == "O=Internet Widgits, CN=localhost"


def test_features_follow_the_classic_order(scored: Scored) -> None:
    names = list(one(scored, BEACON).features)
    assert names[:5] == [
        "tlsSubject",
        "tlsIssuerDn",
        "tlsSni",
        "ssl_version",
        "cipher_suite_server",
    ]
    assert tuple(names[3:54]) == CLASSIC_FEATURES
    assert tuple(names[54:]) == FURTHER_FEATURES


def test_several_values_are_a_list(scored: Scored) -> None:
    assert one(scored, BEACON).features["ssl_version"] == ["TLSv12"]


def test_address_that_is_client_and_server_gives_two_targets() -> None:
    logs = sample_logs()
    ends = {"id.orig_h": "id.resp_h", "id.resp_h": "id.orig_h"}
    turned = logs.ssl.head(1).rename(ends).select(logs.ssl.columns)
    both = replace(logs, ssl=logs.ssl.vstack(turned))
    targets = assess(score(both, stub_models()), [BEACON], NOTHING_KNOWN).targets
    assert sorted(target.role for target in targets) == ["client", "server"]


def test_address_without_tls_is_not_assessed(scored: Scored) -> None:
    target = one(scored, PLAIN)
    assert target.final.verdict == "NOT ASSESSED"
    assert target.final.probability is None
    assert target.detectors.certificate_database.verdict == "NOT ASSESSED"
    assert [limit.name for limit in target.limits] == ["no_tls"]


def test_address_in_no_capture_is_not_assessed(scored: Scored) -> None:
    target = one(scored, "192.0.2.200")
    assert target.final.verdict == "NOT ASSESSED"
    assert [limit.name for limit in target.limits] == ["not_in_capture"]


def test_hidden_certificates_are_said_to_be_hidden(scored: Scored) -> None:
    target = one(scored, HIDDEN)
    assert [limit.name for limit in target.limits] == ["hidden_certificates"]
    assert target.detectors.certificate_database.verdict == "NOT ASSESSED"


def test_detector_that_cannot_read_the_row_is_not_assessed() -> None:
    models = stub_models()

    class Silent(type(models.server)):  # type: ignore[misc]  # a stub
        def score(self, rows):
            return super().score(rows).with_columns(gbdt=None, random_forest=None)

    target = one(score(sample_logs(), replace(models, server=Silent())), BEACON)
    assert target.detectors.gbdt.verdict == "NOT ASSESSED"
    assert target.final.verdict == "MALICIOUS"
    assert target.final.probability == pytest.approx(0.9)


def test_logs_without_conn_are_assessed_and_said_to_be_partial() -> None:
    logs = replace(sample_logs(), conn=empty_table("conn"))
    target = one(score(logs, stub_models()), BEACON)
    assert target.final.verdict == "MALICIOUS"
    assert "no_flows" in [limit.name for limit in target.limits]


def test_empty_logs_give_a_document_without_targets() -> None:
    logs = sample_logs()
    nothing = replace(logs, **{name: empty_table(name) for name in ("conn", "ssl", "x509", "dns")})
    assert assess(score(nothing, stub_models()), None, NOTHING_KNOWN).targets == ()


def test_malicious_target_has_reasons_of_every_kind(scored: Scored) -> None:
    reasons = assess(scored, None, NOTHING_KNOWN).targets[0].reasons
    by_detector = [reason.detector for reason in reasons]
    assert by_detector.count("evidence") >= 3
    assert [by_detector.count(name) for name in ("module1", "gbdt", "random_forest")] == [3, 3, 3]


def test_contributions_of_normal_servers_are_left_out_unless_asked_for(scored: Scored) -> None:
    normal = assess(scored, None, NOTHING_KNOWN).targets[1]
    assert normal.ip == SITE
    assert [reason for reason in normal.reasons if reason.contribution is not None] == []
    assert any(reason.contribution is not None for reason in one(scored, SITE).reasons)


def test_only_the_worst_of_all_servers_are_explained(
    scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verdict.assess.EXPLAINED_SERVERS", 0)
    worst = assess(scored, None, NOTHING_KNOWN).targets[0]
    assert worst.final.verdict == "MALICIOUS"
    assert {reason.detector for reason in worst.reasons} == {"evidence"}


def test_of_equally_bad_servers_the_first_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verdict.assess.EXPLAINED_SERVERS", 1)
    logs = sample_logs()
    unnamed = logs.ssl.with_columns(pl.lit(None, pl.String).alias("server_name"))
    scored = score(replace(logs, ssl=unnamed), stub_models())
    targets = assess(scored, None, NOTHING_KNOWN).targets
    assert [target.ip for target in targets] == sorted([BEACON, SITE, HIDDEN])
    explained = [
        any(reason.contribution is not None for reason in target.reasons) for target in targets
    ]
    assert explained == [True, False, False]


def test_confirmed_certificate_decides_final_alone(scored: Scored) -> None:
    target = one(scored, SITE, KnownCertificates((Entry("confirmed", SITE_LEAF),)))
    assert target.detectors.certificate_database.verdict == "FOUND"
    assert (target.final.verdict, target.final.probability) == ("MALICIOUS", 1.0)
    assert target.detectors.gbdt.verdict == "NORMAL"
    assert target.reasons[0].detector == "certificate_database"


def test_client_of_a_confirmed_certificate_is_malicious_for_that_row(scored: Scored) -> None:
    target = one(scored, CLIENT, KnownCertificates((Entry("confirmed", SITE_LEAF),)))
    assert target.final.server is not None
    assert (target.final.server.server, target.final.probability) == (SITE, 1.0)


def test_learned_certificate_decides_nothing(scored: Scored) -> None:
    learned = KnownCertificates((Entry("learned", SITE_LEAF, sightings=ELSEWHERE),))
    target = one(scored, SITE, learned)
    assert target.detectors.certificate_database.verdict == "FOUND"
    assert target.final == one(scored, SITE).final
    assert "learned in old.pcap" in target.reasons[0].text


def test_what_was_learned_from_the_same_traffic_is_not_found(scored: Scored) -> None:
    (ts, *_) = scored.connections.filter(certificate=SITE_LEAF)["ts"]
    of_its_logs = Sighting("7" * 64, "logs", ts, 0.9)
    learned = KnownCertificates((Entry("learned", SITE_LEAF, sightings=(of_its_logs,)),))
    target = one(scored, SITE, learned)
    assert target.detectors.certificate_database.verdict == "NOT FOUND"


def test_evidence_comes_before_a_hint(scored: Scored) -> None:
    learned = KnownCertificates((Entry("learned", BEACON_LEAF, sightings=ELSEWHERE),))
    first, *others = one(scored, BEACON, learned).reasons
    assert first.text.startswith("self-signed certificate")
    assert any("learned in old.pcap" in reason.text for reason in others)


def test_confirmed_name_is_a_hint_only(scored: Scored) -> None:
    known = KnownCertificates((Entry("confirmed", "9" * 64, sni="hidden.example.org"),))
    target = one(scored, HIDDEN, known)
    assert target.detectors.certificate_database.matches != ()
    assert target.final == one(scored, HIDDEN).final


def test_database_that_cannot_be_read_is_not_assessed(scored: Scored) -> None:
    assert one(scored, BEACON, None).detectors.certificate_database.verdict == "NOT ASSESSED"


def test_imported_sha1_is_found(scored: Scored) -> None:
    known = KnownCertificates((Entry("imported", sha1=BEACON_LEAF[:40], note="Dridex"),))
    assert "Dridex" in one(scored, BEACON, known).reasons[0].text


def test_document_names_engine_and_captures(scored: Scored) -> None:
    document = assess(scored, [], NOTHING_KNOWN)
    assert (document.engine.name, document.engine.version) == ("builtin", "1")
    assert document.captures[0].skipped == {"not IP": 2}
    assert document.captures[0].sha256 == CAPTURE


def test_captures_are_in_order_of_path_and_bytes() -> None:
    read = [("b.pcap", "2"), ("a.pcap", "3"), ("b.pcap", "1"), ("b.pcap", "")]
    captures = [CaptureInfo(path, digit * 64, 1) for path, digit in read]
    logs = replace(sample_logs(), captures=tuple(captures))
    found = assess(score(logs, stub_models()), [], NOTHING_KNOWN).captures
    assert [(each.path, (each.sha256 or "")[:1]) for each in found] == [
        ("a.pcap", "3"),
        ("b.pcap", ""),
        ("b.pcap", "1"),
        ("b.pcap", "2"),
    ]


def test_input_that_could_not_be_read_has_no_digest() -> None:
    unread = CaptureInfo("broken.pcap", "", None, {"empty file": 1})
    logs = replace(sample_logs(), captures=(unread,))
    document: Document = assess(score(logs, stub_models()), [], NOTHING_KNOWN)
    assert document.captures[0].sha256 is None


@pytest.mark.parametrize("hidden", [0, 1])
def test_names_are_those_of_a_connection_that_shows_a_certificate(hidden: int) -> None:
    logs = sample_logs()
    visits = logs.ssl.filter(pl.col("id.resp_h") == SITE)["uid"]
    shown = pl.when(pl.col("uid") != visits[hidden]).then(pl.col("cert_chain_fps"))
    resumed = replace(logs, ssl=logs.ssl.with_columns(shown.alias("cert_chain_fps")))
    features = one(score(resumed, stub_models()), SITE).features
    assert features["tlsSubject"] is not None
    assert features["tlsSubject"] == one(score(logs, stub_models()), SITE).features["tlsSubject"]
