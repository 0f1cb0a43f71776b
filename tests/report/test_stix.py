from dataclasses import replace

import pytest
import stix2
from stix2patterns.validator import run_validator

from report.indicators import Key
from report.stix import pattern, stix_bundle

from ..verdict.synthetic import BEACON, BEACON_LEAF, SITE, START
from .documents import changed, document, target, with_connections


def test_library_reads_the_bundle() -> None:
    bundle = stix2.parse(stix_bundle(document()))
    assert [each.type for each in bundle.objects] == ["identity", "indicator", "indicator"]
    assert [each.pattern for each in bundle.objects[1:]] == [
        f"[x509-certificate:hashes.'SHA-256' = '{BEACON_LEAF}']",
        "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = "
        f"'{BEACON}' AND network-traffic:dst_port = 443 AND network-traffic:protocols[*] = 'tcp']",
    ]
    assert bundle.objects[1].confidence == round(100 * target(BEACON).final.probability)
    assert str(bundle.objects[1].valid_from).startswith("2026-09-21")


def test_indicator_says_whose_it_is_when_it_was_seen_and_why() -> None:
    author, certificate, server = stix2.parse(stix_bundle(document())).objects
    assert certificate.name == f"malicious TLS certificate {BEACON_LEAF}"
    assert server.created_by_ref == author.id
    assert server.created == server.modified == server.valid_from
    assert server.name == f"malicious TLS server {BEACON} 443/tcp"
    assert server.description == "; ".join(each.text for each in target(BEACON).reasons[:3])
    unexplained = replace(target(BEACON), reasons=())
    bundle = stix2.parse(stix_bundle(replace(document(), targets=(unexplained,))))
    assert bundle.objects[1].description == "called malicious by FINAL"


def test_the_same_thing_at_another_time_is_another_indicator() -> None:
    beacon = target(BEACON)
    later = with_connections(beacon, changed(beacon.connections[0], ts=START + 1))
    bundles = [
        stix2.parse(stix_bundle(replace(document(), targets=(each,)))) for each in (beacon, later)
    ]
    first, second = ([each.id for each in bundle.objects] for bundle in bundles)
    assert first[0] == second[0]
    assert not set(first[1:]) & set(second[1:])


def test_same_document_gives_the_same_bytes() -> None:
    assert stix_bundle(document()) == stix_bundle(replace(document()))


def test_nothing_malicious_is_a_bundle_without_indicators() -> None:
    bundle = stix2.parse(stix_bundle(document(SITE)))
    assert [each.type for each in bundle.objects] == ["identity"]


@pytest.mark.parametrize(
    "key",
    [
        Key("server", "2001:db8::1", "8443/udp"),
        Key("domain", "o'neill\\.example"),
        Key("certificate", "a" * 40),
        Key("certificate", "b" * 64),
    ],
)
def test_pattern_is_one_of_stix(key: Key) -> None:
    assert run_validator(pattern(key), stix_version="2.1") == []


@pytest.mark.parametrize("ts", [None, 1e300])
def test_time_that_no_calendar_has(ts: float | None) -> None:
    beacon = target(BEACON)
    timeless = with_connections(beacon, changed(beacon.connections[0], ts=ts))
    bundle = stix2.parse(stix_bundle(replace(document(), targets=(timeless,))))
    assert str(bundle.objects[1].valid_from).startswith("1970")


def test_ja3_is_left_out() -> None:
    beacon = target(BEACON)
    with_ja3 = with_connections(beacon, changed(beacon.connections[0], ja3="a" * 32))
    assert "a" * 32 not in stix_bundle(replace(document(), targets=(with_ja3,)))
