import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from models.contribution import Contribution
from report.language import Language
from verdict import reasons
from verdict.document import CertificateMatch, ServerKey
from verdict.reasons import Explanations, contributions, match_reasons, reasons_of
from verdict.scoring import KEY, Scored, score

from .synthetic import BEACON, CLIENT, sample_logs, stub_models

ENTRIES = {
    "gbdt": [
        Contribution("avg_TTL", math.nan, -2.0),
        Contribution("SNI_ssl_ratio", 0.0, 1.5),
        Contribution("packet_loss", 0.0, 0.0),
        Contribution("avg_duration", 0.25, 0.5),
    ]
}


def test_malicious_targets_have_what_raised_the_score() -> None:
    assert [reason.feature for reason in reasons_of(ENTRIES, malicious=True)] == [
        "SNI_ssl_ratio",
        "avg_duration",
    ]


def test_other_targets_have_the_strongest_either_way() -> None:
    assert [reason.feature for reason in reasons_of(ENTRIES, malicious=False)] == [
        "avg_TTL",
        "SNI_ssl_ratio",
        "avg_duration",
    ]


def test_detector_that_disagrees_has_its_strongest_reasons() -> None:
    against = {"gbdt": [Contribution("avg_TTL", 60.0, -2.0)]}
    (reason,) = reasons_of(against, malicious=True)
    assert reason.contribution == -2.0


def test_reason_in_words_with_the_value() -> None:
    texts = [reason.text for reason in reasons_of(ENTRIES, malicious=False)]
    assert texts[:2] == [
        "mean TTL of the DNS answers that named the server: missing "
        "(towards normal, -2.00 log-odds)",
        "TLS connections that name the server (SNI): 0.00% (towards malicious, +1.50 log-odds)",
    ]


@pytest.mark.parametrize(
    ("usual", "told"),
    [
        ((0.5, 30.0), "usual: 0.5 s to 30 s; towards"),
        ((0.5, 0.5), "usual: 0.5 s; towards"),
        (None, "(towards"),
    ],
)
def test_reason_tells_what_is_usual(usual: tuple[float, float] | None, told: str) -> None:
    found = {"gbdt": [Contribution("avg_time_diff", 60.0, 1.5, usual)]}
    (reason,) = reasons_of(found, malicious=True)
    assert told in reason.text


@pytest.mark.parametrize(
    ("detector", "value", "alike", "told"),
    [
        ("gbdt", 1.0, 0.0758, "100.00% (8% of normal servers; towards"),
        ("random_forest", 1.0, 0.004, "100.00% (under 1% of normal servers; towards"),
        ("module1", 0.0, 0.0, "0.00% (0% of normal connections; towards"),
        ("gbdt", 0.5, 0.2, "50.00% (neither 0% nor 100%, as 20% of normal servers; towards"),
        ("gbdt", math.nan, 0.2, "missing (20% of normal servers; towards"),
    ],
)
def test_reason_tells_how_many_normal_rows_are_alike(
    detector: str, value: float, alike: float, told: str
) -> None:
    found = {detector: [Contribution("CBC_ratio", value, 1.5, (0.0, 1.0), alike)]}
    (reason,) = reasons_of(found, malicious=True)
    assert told in reason.text
    assert Language("zh").reason(reason.text) != reason.text


def test_value_that_is_not_a_number_is_missing() -> None:
    assert reasons_of(ENTRIES, malicious=False)[0].value is None


def test_contributions_are_of_the_server_row() -> None:
    scored = score(sample_logs(), stub_models())
    key = ServerKey(CLIENT, BEACON, 443, "tcp")
    found = contributions(scored, [key])[key]
    assert sorted(found) == ["gbdt", "module1", "random_forest"]
    assert found["gbdt"][0] == Contribution("SNI_ssl_ratio", 0.0, -0.3)
    assert found["module1"][0].value == 0.0


@pytest.mark.parametrize("named", ["Cb0", "Cb5"])
def test_module1_s_are_of_the_connection_with_the_highest_probability(named: str) -> None:
    logs = sample_logs()
    name = pl.when(uid=named).then(pl.lit("a.example")).otherwise("server_name")
    scored = score(
        replace(logs, ssl=logs.ssl.with_columns(name.alias("server_name"))), stub_models()
    )
    key = ServerKey(CLIENT, BEACON, 443, "tcp")
    has_sni = contributions(scored, [key])[key]["module1"][0]
    assert (has_sni.feature, has_sni.value) == ("has_sni", 0.0)


def test_row_that_is_not_there_has_none() -> None:
    scored = score(sample_logs(), stub_models())
    key = ServerKey(CLIENT, "192.0.2.9", 443, "tcp")
    assert contributions(scored, [key]) == {key: {}}


def test_explanations_are_those_of_the_row_whether_expected_or_not() -> None:
    scored = score(sample_logs(), stub_models())
    keys = [ServerKey(*values) for values in scored.servers.select(KEY).iter_rows()]
    expected = Explanations(scored, keys, of_normal=True)
    for key in keys:
        alone = contributions(scored, [key])[key]
        assert expected[key] == alone
        assert Explanations(scored, [], of_normal=True)[key] == alone


@pytest.mark.parametrize(
    ("matched_by", "state", "text"),
    [
        ("sha256", "learned", "sha256 aa is known, learned in old.pcap (a hint, no proof)"),
        ("sha256", "confirmed", "sha256 aa is known, confirmed by a person (this decides FINAL)"),
        ("sha1", "imported", "sha1 bb is known, imported: Dridex (this decides FINAL)"),
        ("sni", "confirmed", "sni x.example is known, confirmed by a person (a hint, no proof)"),
    ],
)
def test_match_of_the_certificate_database_in_words(matched_by: str, state: str, text: str) -> None:
    match = CertificateMatch(
        matched_by, state, "aa", "bb", "CN=x", "CN=y", "x.example", "Dridex", "old.pcap", 1.0, 0.9
    )
    assert match_reasons([match])[0].text == text


def test_a_row_that_was_not_expected_is_explained_without_the_others_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scored = score(sample_logs(), stub_models())
    first, *others = [ServerKey(*values) for values in scored.servers.select(KEY).iter_rows()]
    explained: list[ServerKey] = []

    def counting(scored: Scored, keys: Iterable[ServerKey]) -> dict[ServerKey, Any]:
        explained.extend(keys := list(keys))
        return contributions(scored, keys)

    monkeypatch.setattr(reasons, "contributions", counting)
    found = Explanations(scored, others, of_normal=True)
    assert found[others[0]]
    assert found[first]
    assert sorted(explained, key=str) == sorted([first, *others], key=str)
