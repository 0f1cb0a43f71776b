from dataclasses import replace

import polars as pl

from capture.logs import CaptureInfo
from verdict.assess import assess
from verdict.known_certificates import Entry, KnownCertificates
from verdict.learning import learnable
from verdict.scoring import score

from .synthetic import (
    BEACON,
    BEACON_LEAF,
    CLIENT,
    SITE,
    START,
    of_captures,
    sample_logs,
    stub_models,
)


def learned(logs, *addresses: str) -> list[Entry]:
    scored = score(logs, stub_models())
    return learnable(scored, assess(scored, list(addresses) or None, KnownCertificates()))


def test_leaf_of_a_malicious_server_is_learned() -> None:
    (entry,) = learned(sample_logs())
    assert (entry.state, entry.sha256, entry.sha1) == ("learned", BEACON_LEAF, BEACON_LEAF[:40])
    assert entry.subject == "CN=localhost,O=Internet Widgits"
    (sighting,) = entry.sightings
    assert (sighting.capture_name, sighting.ts) == ("office.pcap", START)
    assert sighting.score > 0.5


def test_server_at_the_threshold_teaches() -> None:
    models = stub_models()
    final = score(sample_logs(), models).servers["final"].max()
    assert isinstance(final, float)
    for threshold, count in ((final, 1), (final + 1e-9, 0)):
        at = replace(models, final=replace(models.final, threshold=threshold))
        scored = score(sample_logs(), at)
        assert len(learnable(scored, assess(scored, [BEACON], KnownCertificates()))) == count


def test_client_teaches_only_its_malicious_servers() -> None:
    assert [entry.sha256 for entry in learned(sample_logs(), CLIENT)] == [BEACON_LEAF]


def test_normal_server_teaches_nothing() -> None:
    assert learned(sample_logs(), SITE) == []


def test_allowed_connections_teach_nothing() -> None:
    scored = score(sample_logs(), stub_models())
    document = assess(scored, [CLIENT], KnownCertificates())
    (entry,) = learnable(scored, document, {"Cb0", "Cb1"})
    assert [sighting.ts for sighting in entry.sightings] == [START + 120]
    assert learnable(scored, document, {f"Cb{number}" for number in range(6)}) == []


def test_identifiers_of_old_logs_are_not_learned() -> None:
    logs = sample_logs()
    old = logs.ssl.with_columns(cert_chain_fps=pl.lit(["FmEcyq1VTdKzOFXJ0b"]))
    assert learned(replace(logs, ssl=old), BEACON) == []


def test_capture_is_the_one_that_holds_the_time() -> None:
    before = CaptureInfo("before.pcap", "1" * 64, 1, {}, START - 100, START - 50)
    during = CaptureInfo("during.pcap", "2" * 64, 1, {}, START - 10, START + 500)
    (entry,) = learned(of_captures(sample_logs(), before, during))
    assert [sighting.capture_name for sighting in entry.sightings] == ["during.pcap"]


def test_a_capture_holds_its_first_and_its_last_time() -> None:
    last = CaptureInfo("a.pcap", "1" * 64, 1, {}, START - 9, START)
    first = CaptureInfo("b.pcap", "2" * 64, 1, {}, START, START + 9)
    after = CaptureInfo("c.pcap", "3" * 64, 1, {}, START + 1, START + 9)
    (entry,) = learned(of_captures(sample_logs(), last, first, after))
    assert [sighting.capture_name for sighting in entry.sightings] == ["a.pcap", "b.pcap"]


def test_a_certificate_on_two_servers_is_learned_once_with_its_first_time() -> None:
    logs = sample_logs()
    other = logs.ssl.filter(uid="Cb5").with_columns(
        pl.lit(9443, dtype=pl.Int64).alias("id.resp_p"), ts=pl.lit(START - 5), uid=pl.lit("Co")
    )
    (entry,) = learned(replace(logs, ssl=logs.ssl.vstack(other)), BEACON)
    assert [sighting.ts for sighting in entry.sightings] == [START - 5]


def test_captures_without_times_all_count() -> None:
    captures = [CaptureInfo(f"{n}.pcap", str(n) * 64, None) for n in (2, 1)]
    (entry,) = learned(of_captures(sample_logs(), *captures))
    assert [sighting.capture_name for sighting in entry.sightings] == ["1.pcap", "2.pcap"]


def test_input_that_could_not_be_read_taught_nothing() -> None:
    captures = [CaptureInfo("1.pcap", "1" * 64, None), CaptureInfo("bad.pcap", "", None)]
    (entry,) = learned(of_captures(sample_logs(), *captures))
    assert [sighting.capture_name for sighting in entry.sightings] == ["1.pcap"]
