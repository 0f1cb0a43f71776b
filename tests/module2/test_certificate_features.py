from typing import Any

import pytest

from tests.module2.small_logs import certificate, flow, only_row, tls

SHARES = (
    "subject_CN_is_IP",
    "subject_is_com",
    "issuer_is_com",
    "is_O_in_subject",
    "is_CO_in_subject",
    "is_ST_in_subject",
    "is_L_in_subject",
    "subject_only_CN",
    "issuer_only_CN",
    "is_O_in_issuer",
    "is_CO_in_issuer",
    "is_ST_in_issuer",
    "is_L_in_issuer",
)
OTHERS = (
    "cert_key_alg",
    "cert_sig_alg",
    "cert_key_type",
    "self_signed_ratio",
    "avg_key_length",
    "avg_cert_valid_day",
    "std_cert_valid_day",
    "percent_of_valid_cert",
    "avg_valid_cert_percent",
    "number_of_cert_serial",
    "number_of_domains_in_cert",
    "avg_cert_path",
    "is_SNIs_in_SAN_dns",
    "is_CNs_in_SAN_dns",
)


def row_of(*certificates: dict[str, Any], **connection: Any) -> dict[str, Any]:
    """Return the row of a server that showed each certificate in one connection."""
    records = [
        tls(uid=f"C{number}", cert_chain_fps=[each["fingerprint"]], **connection)
        for number, each in enumerate(certificates)
    ]
    return only_row([flow()], records, certificates)


def two(**second: Any) -> dict[str, Any]:
    """Return the row of a server with a plain certificate and one that differs as told."""
    return row_of(certificate(), certificate(fingerprint="f2", serial="02", **second))


def test_without_a_visible_certificate_every_certificate_feature_is_missing() -> None:
    row = only_row([flow()], [tls(version="TLSv13", server_name="a.example")])
    assert row["certificate"] is None
    assert row["x509_ssl_ratio"] == 0.0
    assert {name: row[name] for name in (*SHARES, *OTHERS)} == dict.fromkeys((*SHARES, *OTHERS))


def test_a_certificate_that_the_x509_log_lacks_is_visible_but_unknown() -> None:
    row = only_row([flow()], [tls(cert_chain_fps=["f9"])])
    assert row["certificate"] == "f9"
    assert row["x509_ssl_ratio"] == 1.0
    assert row["number_of_domains_in_cert"] is None
    assert row["self_signed_ratio"] is None
    assert all(row[name] is None for name in SHARES)


def test_only_the_leaf_of_a_chain_counts() -> None:
    chain = [certificate(), certificate(fingerprint="f2", serial="02", key_length=4096)]
    row = only_row([flow()], [tls(cert_chain_fps=["f1", "f2"])], chain)
    assert row["number_of_cert_serial"] == 1
    assert row["avg_key_length"] is None


def test_the_certificate_shown_most_often_names_the_row() -> None:
    records = [
        tls(uid="C1", cert_chain_fps=["f1"]),
        tls(uid="C2", cert_chain_fps=["f2"]),
        tls(uid="C3", cert_chain_fps=["f2"]),
    ]
    known = [certificate(), certificate(fingerprint="f2", serial="02")]
    assert only_row([flow()], records, known)["certificate"] == "f2"
    assert only_row([flow()], records[:2], known)["certificate"] == "f1"


def test_algorithms_are_the_sorted_distinct_values() -> None:
    first = certificate(key_alg="rsaEncryption", sig_alg="sha256", key_type="rsa")
    second = certificate(
        fingerprint="f2", serial="02", key_alg="id-ecPublicKey", sig_alg="sha1", key_type="ecdsa"
    )
    row = row_of(first, second)
    assert row["cert_key_alg"] == "id-ecPublicKey,rsaEncryption"
    assert row["cert_sig_alg"] == "sha1,sha256"
    assert row["cert_key_type"] == "ecdsa,rsa"


def test_self_signed_leaves_are_counted_by_connection() -> None:
    own = certificate(fingerprint="f2", serial="02", subject="CN=x", issuer="CN=x")
    shown = ["f1", "f2", "f2", "f2"]
    records = [tls(uid=f"C{number}", cert_chain_fps=[each]) for number, each in enumerate(shown)]
    records.append(tls(uid="C9", resumed=True))
    row = only_row([flow()], records, [certificate(), own])
    assert row["self_signed_ratio"] == 0.75


def test_an_empty_name_is_not_self_signed() -> None:
    assert row_of(certificate(subject="", issuer=""))["self_signed_ratio"] == 0.0


def test_key_lengths_and_validity_are_means_over_distinct_certificates() -> None:
    known = [
        certificate(key_length=2048, not_valid_after=10 * 86400.0),
        certificate(fingerprint="f2", serial="02", key_length=4096, not_valid_after=30 * 86400.0),
    ]
    shown = ["f1", "f1", "f1", "f2"]
    records = [tls(uid=f"C{number}", cert_chain_fps=[each]) for number, each in enumerate(shown)]
    row = only_row([flow()], records, known)
    assert row["avg_key_length"] == 3072
    assert row["avg_cert_valid_day"] == 20.0
    assert row["std_cert_valid_day"] == 10.0
    assert row["number_of_cert_serial"] == 2


def test_validity_is_judged_at_capture_time() -> None:
    def shown_at(time: float) -> tuple[float, float]:
        row = row_of(certificate(not_valid_before=1000.0, not_valid_after=2000.0), ts=time)
        return row["percent_of_valid_cert"], row["avg_valid_cert_percent"]

    assert shown_at(1250.0) == (1.0, 0.25)
    assert shown_at(3000.0) == (0.0, 2.0)
    assert shown_at(500.0) == (0.0, -0.5)


def test_capture_time_is_that_of_the_first_connection() -> None:
    records = [
        tls(uid="C1", ts=2500.0, cert_chain_fps=["f1"]),
        tls(uid="C2", ts=1500.0, cert_chain_fps=["f1"]),
    ]
    known = [certificate(not_valid_before=1000.0, not_valid_after=2000.0)]
    assert only_row([flow()], records, known)["avg_valid_cert_percent"] == 0.5


def test_a_connection_whose_time_is_unknown_is_not_the_first() -> None:
    records = [
        tls(uid="C1", ts=None, cert_chain_fps=["f1"]),
        tls(uid="C2", ts=1500.0, cert_chain_fps=["f1"]),
    ]
    known = [certificate(not_valid_before=1000.0, not_valid_after=2000.0)]
    assert only_row([flow()], records, known)["avg_valid_cert_percent"] == 0.5


def test_a_certificate_without_a_span_of_validity_gives_no_share() -> None:
    row = row_of(certificate(not_valid_before=5.0, not_valid_after=5.0))
    assert row["avg_valid_cert_percent"] is None
    assert row["avg_cert_valid_day"] == 0.0


def test_domains_are_counted_once_whatever_their_case() -> None:
    row = row_of(
        certificate(san_dns=["a.example", "b.example"]),
        certificate(fingerprint="f2", serial="02", san_dns=["B.example", "c.example"]),
    )
    assert row["number_of_domains_in_cert"] == 3
    assert row_of(certificate())["number_of_domains_in_cert"] == 0


def test_one_certificate_under_several_identifiers_is_one_certificate() -> None:
    same = [certificate(fingerprint=name, san_dns=["a.example"]) for name in ("F1", "F2", "F3")]
    other = certificate(fingerprint="F4", serial="02", subject="CN=10.0.0.1")
    row = row_of(*same, other)
    assert row["number_of_cert_serial"] == 2
    assert row["subject_CN_is_IP"] == 0.5
    assert row["certificate"] == "F1"


@pytest.mark.parametrize(
    ("server_name", "domains", "expected"),
    [
        ("www.a.example", ["*.a.example"], 1.0),
        ("WWW.a.Example", ["www.A.example"], 1.0),
        ("x.www.a.example", ["*.a.example"], 0.0),
        ("a.example", ["*.a.example"], 0.0),
        ("a.example", [], 0.0),
        ("a-b.example", ["a-b.example"], 1.0),
    ],
)
def test_server_names_match_the_san_and_a_wildcard_is_one_label(
    server_name: str, domains: list[str], expected: float
) -> None:
    row = row_of(certificate(san_dns=domains), server_name=server_name)
    assert row["is_SNIs_in_SAN_dns"] == expected


def test_every_server_name_must_match_the_certificate_shown_for_it() -> None:
    known = [certificate(san_dns=["a.example"]), certificate(fingerprint="f2", serial="02")]
    records = [
        tls(uid="C1", server_name="a.example", cert_chain_fps=["f1"]),
        tls(uid="C2", server_name="b.example", resumed=True),
    ]
    assert only_row([flow()], records, known)["is_SNIs_in_SAN_dns"] == 1.0
    records.append(tls(uid="C3", server_name="a.example", cert_chain_fps=["f2"]))
    assert only_row([flow()], records, known)["is_SNIs_in_SAN_dns"] == 0.0


def test_without_any_server_name_there_is_nothing_to_match() -> None:
    assert row_of(certificate(san_dns=["a.example"]))["is_SNIs_in_SAN_dns"] is None


def test_common_names_match_the_san() -> None:
    assert row_of(certificate(san_dns=["a.example"]))["is_CNs_in_SAN_dns"] == 1.0
    wildcard = certificate(subject="CN=*.a.example", san_dns=["*.a.example"])
    assert row_of(wildcard)["is_CNs_in_SAN_dns"] == 1.0
    assert row_of(certificate())["is_CNs_in_SAN_dns"] == 0.0
    assert row_of(certificate(subject="O=Nobody"))["is_CNs_in_SAN_dns"] is None


@pytest.mark.parametrize(
    ("feature", "name"),
    [
        ("subject_CN_is_IP", "CN=192.0.2.1"),
        ("subject_CN_is_IP", "CN=2001:db8::1,O=x"),
        ("subject_is_com", "CN=www.example.COM"),
        ("is_O_in_subject", "CN=a.example,O=Example\\, Inc."),
        ("is_CO_in_subject", "CN=a.example,C=US"),
        ("is_ST_in_subject", "CN=a.example,ST=WA"),
        ("is_L_in_subject", "CN=a.example,L=Redmond"),
    ],
)
def test_subject_features_are_shares_of_certificates(feature: str, name: str) -> None:
    assert row_of(certificate())[feature] == 0.0
    assert two(subject=name)[feature] == 0.5
    assert row_of(certificate(subject=name))[feature] == 1.0


@pytest.mark.parametrize(
    ("feature", "name"),
    [
        ("issuer_is_com", "CN=ca.example.com"),
        ("is_O_in_issuer", "CN=CA,O=Example"),
        ("is_CO_in_issuer", "CN=CA,C=US"),
        ("is_ST_in_issuer", "CN=CA,ST=WA"),
        ("is_L_in_issuer", "CN=CA,L=Redmond"),
    ],
)
def test_issuer_features_are_shares_of_certificates(feature: str, name: str) -> None:
    assert row_of(certificate())[feature] == 0.0
    assert two(issuer=name)[feature] == 0.5


def test_a_name_of_nothing_but_a_common_name() -> None:
    assert row_of(certificate())["subject_only_CN"] == 1.0
    assert row_of(certificate())["issuer_only_CN"] == 1.0
    assert two(subject="CN=a.example,O=x")["subject_only_CN"] == 0.5
    assert two(issuer="O=x")["issuer_only_CN"] == 0.5
    assert row_of(certificate(subject=""))["subject_only_CN"] == 0.0


def test_a_certificate_known_in_part_leaves_the_rest_missing() -> None:
    part = certificate(
        version=None, serial=None, not_valid_before=None, not_valid_after=None, subject="CN=x,O=y"
    )
    row = row_of(part, server_name="x")
    assert row["is_O_in_subject"] == 1.0
    for name in ("number_of_domains_in_cert", "number_of_cert_serial", "is_SNIs_in_SAN_dns"):
        assert row[name] is None
    for name in ("percent_of_valid_cert", "avg_cert_valid_day", "avg_key_length"):
        assert row[name] is None
