"""Each rule has a case in which it applies and one in which it does not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verdict.document import ServerKey
from verdict.evidence import covers, evidence
from verdict.observation import Certificate, Observation, TlsConnection

NOW = 1_790_000_000.0
DAY = 86400.0
YEAR = 365.25 * DAY
GOOD = Certificate(
    fingerprint="a" * 64,
    sha1=None,
    subject="CN=www.example.com",
    issuer="CN=Some CA",
    not_before=NOW - 30 * DAY,
    not_after=NOW + 60 * DAY,
    key_type="rsa",
    key_length=2048,
    signature="sha256WithRSAEncryption",
    names=frozenset({"www.example.com", "*.example.org"}),
)
KEY = ServerKey("192.168.1.2", "203.0.113.1", 443, "tcp")


def seen(
    leaf: Certificate | None = GOOD,
    sni: str | None = "www.example.com",
    version: str = "TLSv12",
    starts: tuple[float, ...] = (NOW,),
    named_by_dns: bool | None = True,
) -> Observation:
    connection = TlsConnection("C1", NOW, version, sni, resumed=False, leaf=leaf)
    return Observation(KEY, (connection,), starts, named_by_dns, 0)


def found(observation: Observation) -> dict[str, str]:
    return {reason.feature: reason.text for reason in evidence(observation)}


def test_ordinary_server_gives_no_evidence() -> None:
    assert found(seen()) == {}


def test_server_without_connections_gives_no_evidence() -> None:
    assert evidence(Observation(KEY, (), (), None, 0)) == []


OLD = ("SSLv3", "TLSv11", "SSLv2", "TLSv10")
KIT = "CN=AsyncRAT Server"
APPLIES = {
    "kit_certificate": (
        seen(replace(GOOD, subject=KIT)),
        "default certificate of AsyncRAT (CN=AsyncRAT Server)",
    ),
    "self_signed": (
        seen(replace(GOOD, issuer="CN=www.example.com")),
        "self-signed certificate (CN=www.example.com)",
    ),
    "expired": (
        seen(replace(GOOD, not_after=NOW - 3 * DAY)),
        "certificate expired 3 days before the capture",
    ),
    "not_yet_valid": (
        seen(replace(GOOD, not_before=NOW + 1.5 * DAY)),
        "certificate not valid until 1.5 days after the capture",
    ),
    "long_validity": (
        seen(replace(GOOD, not_after=NOW - 30 * DAY + 11 * YEAR)),
        "certificate valid for over 10 years (11.0 years)",
    ),
    "name_mismatch": (
        seen(sni="www.example.net"),
        "the certificate is not for the name asked for (SNI www.example.net)",
    ),
    "no_sni": (seen(sni=None), "no connection names the server it wants (no SNI)"),
    "no_dns_answer": (
        seen(named_by_dns=False),
        "no address record (A, AAAA) in the capture named 203.0.113.1",
    ),
    "beacon": (
        seen(starts=(NOW, NOW + 58, NOW + 120, NOW + 180, NOW + 242)),
        "regular beacon every 61 s ± 1 s (5 connections)",
    ),
    "old_version": (seen(version="TLSv10"), "outdated protocol TLS 1.0"),
    "short_key": (
        seen(replace(GOOD, key_length=1024)),
        "certificate with a short key (RSA, 1024 bits)",
    ),
    "weak_signature": (
        seen(replace(GOOD, signature="sha1WithRSAEncryption")),
        "certificate with a weak signature (sha1WithRSAEncryption)",
    ),
}


@pytest.mark.parametrize("rule", APPLIES)
def test_rule_applies(rule: str) -> None:
    observation, text = APPLIES[rule]
    assert found(observation) == {rule: text}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("expired", 3.0),
        ("not_yet_valid", 1.5),
        ("beacon", 61.0),
        ("short_key", 1024.0),
        ("name_mismatch", "www.example.net"),
        ("no_dns_answer", "203.0.113.1"),
        ("kit_certificate", "AsyncRAT"),
    ],
)
def test_reason_has_the_value_that_it_tells(rule: str, value: str | float) -> None:
    (reason,) = evidence(APPLIES[rule][0])
    assert reason.value == value


def test_less_than_a_day_is_told_in_smaller_units() -> None:
    late, early = replace(GOOD, not_after=NOW - 7), replace(GOOD, not_before=NOW + 5400)
    assert found(seen(late))["expired"] == "certificate expired 7 seconds before the capture"
    text = "certificate not valid until 1.5 hours after the capture"
    assert found(seen(early))["not_yet_valid"] == text


def test_validity_of_over_a_hundred_years() -> None:
    text = found(seen(replace(GOOD, not_after=NOW + 120 * YEAR)))["long_validity"]
    assert text.startswith("certificate valid for over 100 years (120.1 years)")


DOES_NOT_APPLY = {
    "self_signed": seen(replace(GOOD, subject="", issuer="")),
    "expired": seen(replace(GOOD, not_after=NOW)),
    "not_yet_valid": seen(replace(GOOD, not_before=NOW)),
    "long_validity": seen(replace(GOOD, not_after=NOW - 30 * DAY + 10 * YEAR)),
    "name_mismatch": seen(sni="api.Example.ORG."),
    "no_dns_answer": seen(named_by_dns=None),
    "beacon": seen(starts=(NOW, NOW + 60, NOW + 120)),
    "old_version": seen(version="TLSv13"),
    "short_key": seen(replace(GOOD, key_type="ecdsa", key_length=256)),
    "weak_signature": seen(replace(GOOD, signature="ecdsa-with-SHA384")),
}


@pytest.mark.parametrize("rule", DOES_NOT_APPLY)
def test_rule_does_not_apply(rule: str) -> None:
    assert rule not in found(DOES_NOT_APPLY[rule])


def test_irregular_connections_are_no_beacon() -> None:
    assert "beacon" not in found(seen(starts=(NOW, NOW + 5, NOW + 90, NOW + 100, NOW + 400)))


def test_requests_of_one_page_are_no_beacon() -> None:
    assert "beacon" not in found(seen(starts=tuple(NOW + 0.2 * number for number in range(9))))


@pytest.mark.parametrize(
    ("offsets", "is_beacon"),
    [
        ((0, 60, 120, 180), True),
        ((0, 90, 190, 300), True),  # intervals of 90, 100 and 110 s
        ((0, 89, 189, 300), False),  # of 89, 100 and 111 s
        ((0, 1, 2, 3), True),
        ((0, 0.9, 1.8, 2.7), False),
    ],
)
def test_a_beacon_is_slow_and_keeps_its_interval_to_a_tenth(
    offsets: tuple[float, ...], is_beacon: bool
) -> None:
    starts = tuple(NOW + offset for offset in offsets)
    assert ("beacon" in found(seen(starts=starts))) is is_beacon


@pytest.mark.parametrize(
    ("kind", "fewest"), [("rsa", 2048), ("DSA", 2048), ("dh", 2048), ("ecdsa", 224), ("ec", 224)]
)
def test_a_key_is_short_below_what_is_safe_for_its_kind(kind: str, fewest: int) -> None:
    keys = [replace(GOOD, key_type=kind, key_length=fewest + more) for more in (-1, 0)]
    assert ["short_key" in found(seen(leaf)) for leaf in keys] == [True, False]


@pytest.mark.parametrize("kind", ["ed25519", None])
def test_a_key_of_another_kind_is_not_short(kind: str | None) -> None:
    assert "short_key" not in found(seen(replace(GOOD, key_type=kind, key_length=8)))


def test_several_connections_are_told_of_by_the_worst() -> None:
    leaves = (
        replace(GOOD, not_after=NOW - 2 * DAY),
        replace(GOOD, not_after=NOW - 5 * DAY, fingerprint="b" * 64),
        replace(GOOD, not_before=NOW + 2 * DAY, fingerprint="c" * 64),
        replace(GOOD, not_before=NOW + 7 * DAY, fingerprint="d" * 64),
    )
    rows = [seen(leaf, version=name) for leaf, name in zip(leaves, OLD, strict=True)]
    connections = tuple(connection for row in rows for connection in row.connections)
    texts = found(replace(seen(), connections=connections))
    assert texts["expired"] == "certificate expired 5 days before the capture"
    assert texts["not_yet_valid"] == "certificate not valid until 7 days after the capture"
    assert texts["old_version"] == "outdated protocol SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1"


def test_a_certificate_with_one_end_of_its_validity_is_not_valid_for_long() -> None:
    ends = (replace(GOOD, not_before=None), replace(GOOD, not_after=None))
    assert [found(seen(leaf)) for leaf in ends] == [{}, {}]


def test_one_connection_with_a_name_is_enough() -> None:
    named, unnamed = seen(), seen(sni=None)
    both = replace(named, connections=named.connections + unnamed.connections)
    assert "no_sni" not in found(both)


def with_history(history: str | None) -> Observation:
    observation = seen(sni=None)
    connection = replace(observation.connections[0], history=history)
    return replace(observation, connections=(connection,))


@pytest.mark.parametrize("history", ["sxknti", "kGIti", "sxkn"])
def test_nobody_knows_the_name_asked_for_where_no_client_hello_was_captured(history: str) -> None:
    assert "no_sni" not in found(with_history(history))


@pytest.mark.parametrize("history", [None, "", "CsxknGIti", "C"])
def test_client_hello_or_logs_without_history_tell_that_no_name_was_asked_for(
    history: str | None,
) -> None:
    assert "no_sni" in found(with_history(history))


def test_one_connection_of_which_only_an_answer_was_captured_hides_no_evidence() -> None:
    half, whole = with_history("sxknti"), with_history("CsxknGIti")
    both = replace(half, connections=half.connections + whole.connections)
    assert "no_sni" in found(both)


def test_unknown_names_of_a_certificate_are_no_mismatch() -> None:
    assert found(seen(replace(GOOD, names=None), sni="other.example")) == {}


def test_a_certificate_for_an_address_is_for_the_address_asked_for() -> None:
    leaf = replace(GOOD, addresses=frozenset({"1.1.1.1"}))
    assert found(seen(leaf, sni="1.1.1.1")) == {}
    assert "name_mismatch" in found(seen(leaf, sni="1.0.0.1"))


@pytest.mark.parametrize(
    ("signature", "is_weak"),
    [
        ("ecdsa-with-SHA1", True),
        ("dsaWithSHA1", True),
        ("dsaWithSHA", True),
        ("shaWithRSAEncryption", True),
        ("md4WithRSAEncryption", True),
        ("md5WithRSAEncryption", True),
        ("RSA-SHA1-2", False),
        ("sha256WithRSAEncryption", False),
        ("sha512-256WithRSAEncryption", False),
        ("ecdsa-with-SHA256", False),
        ("ecdsa_with_SHA3-256", False),
        ("ED25519", False),
    ],
)
def test_a_signature_is_weak_by_its_hash(signature: str, is_weak: bool) -> None:
    assert ("weak_signature" in found(seen(replace(GOOD, signature=signature)))) is is_weak


def test_hidden_certificate_gives_no_evidence_of_it() -> None:
    assert found(seen(leaf=None)) == {}


@pytest.mark.parametrize(
    ("sni", "covered"),
    [
        ("a.example.org", True),
        ("a.b.example.org", False),
        ("example.org", False),
        ("example.com", False),
        (".example.org", False),
    ],
)
def test_wildcard_stands_for_one_label(sni: str, covered: bool) -> None:
    assert covers(("*.example.org",), sni) is covered


@given(st.lists(st.floats(0, 1e9), max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_times_give_a_beacon_or_none(starts: list[float]) -> None:
    texts = found(seen(starts=tuple(sorted(starts))))
    assert set(texts) <= {"beacon"}
