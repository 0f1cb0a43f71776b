from math import log10
from typing import Any

import pytest

from knowledge.known_names import known_names
from module2.columns import FURTHER_FEATURES
from module2.distinguished_name_features import FEATURES
from tests.module2.small_logs import certificate, flow, only_row, tls


def row_of(*certificates: dict[str, Any]) -> dict[str, Any]:
    ssl = [
        tls(uid=f"C{number}", cert_chain_fps=[record["fingerprint"]])
        for number, record in enumerate(certificates)
    ]
    return only_row([flow()], ssl, certificates)


def test_they_are_among_the_columns() -> None:
    assert set(FEATURES) <= set(FURTHER_FEATURES)


def test_attributes_are_counted_and_the_common_name_is_measured() -> None:
    row = row_of(certificate(subject="CN=abab.example,O=A,C=CH", issuer="CN=CA"))
    assert (row["subject_attributes"], row["issuer_attributes"]) == (3.0, 1.0)
    assert (row["subject_CN_length"], row["subject_CN_is_domain"]) == (12.0, 1.0)
    assert row["subject_length"] == 24.0


def test_a_common_name_without_a_dot_is_no_domain() -> None:
    row = row_of(certificate(subject="O=A.B,CN=abab"))
    assert (row["subject_CN_entropy"], row["subject_CN_is_domain"]) == (1.0, 0.0)
    without = row_of(certificate(subject="O=A.B"))
    assert without["subject_CN_length"] is without["subject_CN_is_domain"] is None


def test_certificates_of_kits_are_told_by_their_share() -> None:
    row = row_of(certificate(), certificate(fingerprint="f2", subject="CN=AsyncRAT Server"))
    assert row["kit_certificate_ratio"] == 0.5


def test_a_common_issuer_is_frequent_and_an_unknown_one_is_not() -> None:
    known = row_of(certificate(issuer="CN=R3,O=Let's Encrypt,C=US"))
    count = known_names().issuers["O=let's encrypt"]
    assert known["issuer_frequency"] == pytest.approx(log10(1 + count))
    assert row_of(certificate(issuer="CN=Example CA 1"))["issuer_frequency"] == 0.0


def test_defaults_of_generators_are_counted_in_both_names() -> None:
    name = "C=AU,ST=Some-State,O=Internet Widgits Pty Ltd"
    assert row_of(certificate(subject=name, issuer=name))["default_names"] == 4.0
    assert row_of(certificate())["default_names"] == 0.0


def test_random_words_are_unlike_ordinary_names() -> None:
    ordinary = row_of(certificate(subject="O=Example Software Limited,L=London"))
    random = row_of(certificate(subject="O=Xqhtkw Zvbnrp,L=Wjkfgt"))
    assert ordinary["subject_likelihood"] > random["subject_likelihood"]
    mixed = row_of(certificate(subject="O=Example Software Limited,L=Wjkfgt"))
    parts = [
        row_of(certificate(subject=part)) for part in ("O=Example Software Limited", "L=Wjkfgt")
    ]
    found = sorted(part["subject_likelihood"] for part in parts)
    assert mixed["subject_least_likelihood"] == pytest.approx(found[0])
    assert mixed["subject_likelihood"] == pytest.approx(sum(found) / 2)


def test_likelihood_is_of_what_names_name_in_subject_and_issuer_alike() -> None:
    row = row_of(certificate(subject="O=Xqhtkw,C=CH", issuer="O=Xqhtkw,C=US"))
    assert row["issuer_likelihood"] == row["subject_likelihood"]
    alone = row_of(certificate(subject="C=CH", issuer="C=CH"))
    assert alone["issuer_likelihood"] is alone["subject_likelihood"] is None


def test_distinct_certificates_count_once_each() -> None:
    first = certificate(fingerprint="a", subject="CN=a")
    second = certificate(fingerprint="b", subject="CN=abc")
    row = row_of(first, first, second)
    assert row["subject_CN_length"] == 2.0


def test_without_a_certificate_nothing_is_known() -> None:
    row = only_row([flow()], [tls()])
    assert [row[name] for name in FEATURES] == [None] * len(FEATURES)


def test_age_and_days_left_are_at_the_first_sighting() -> None:
    record = certificate(not_valid_before=0.0, not_valid_after=86400.0 * 10, serial="0A0B")
    ssl = [tls(ts=86400.0 * 4, cert_chain_fps=["f1"]), tls(uid="C2", cert_chain_fps=["f1"])]
    row = only_row([flow()], ssl[:1], [record])
    assert row["avg_cert_age_day"] == pytest.approx(4.0)
    assert row["avg_cert_day_left"] == pytest.approx(6.0)
    assert (row["avg_serial_length"], row["avg_cert_version"]) == (4.0, 3.0)
    assert only_row([flow()], ssl, [record])["avg_cert_age_day"] == pytest.approx(1000 / 86400)
