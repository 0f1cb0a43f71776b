import polars as pl

from capture.schema import Schema
from capture.zeek_format.certificate_links import (
    FILES_COLUMNS,
    SSL_COLUMNS,
    X509_COLUMNS,
    link_certificates,
)

LEAF = "a" * 64
ISSUER = "b" * 64


def table(schema: Schema, *rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def linked(
    ssl: list[dict[str, object]],
    x509: list[dict[str, object]],
    files: list[dict[str, object]] | None = None,
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    tables = link_certificates(
        table(SSL_COLUMNS, *ssl), table(X509_COLUMNS, *x509), table(FILES_COLUMNS, *(files or []))
    )
    return tables[0].to_dicts(), tables[1].to_dicts()


def test_new_form_stays_as_it_is() -> None:
    ssl, x509 = linked(
        [{"uid": "C1", "cert_chain_fps": [LEAF, ISSUER]}],
        [{"fingerprint": LEAF, "host_cert": True, "client_cert": False}],
    )
    assert ssl[0]["cert_chain_fps"] == [LEAF, ISSUER]
    assert [row["fingerprint"] for row in x509] == [LEAF]
    assert (x509[0]["host_cert"], x509[0]["client_cert"]) == (True, False)


def test_old_form_joins_by_file_id() -> None:
    ssl, x509 = linked(
        [{"cert_chain_fuids": ["F1", "F2"], "client_cert_chain_fuids": ["F3"]}],
        [{"id": "F1"}, {"id": "F2"}, {"id": "F3"}],
    )
    assert ssl[0]["cert_chain_fps"] == ["F1", "F2"]
    assert ssl[0]["client_cert_chain_fps"] == ["F3"]
    assert [row["fingerprint"] for row in x509] == ["F1", "F2", "F3"]
    assert [row["host_cert"] for row in x509] == [True, False, False]
    assert [row["client_cert"] for row in x509] == [False, False, True]


def test_hashes_of_files_log_take_the_place_of_file_ids() -> None:
    files = [
        {"fuid": "F1", "sha256": LEAF.upper(), "sha1": "AB" * 20},
        {"fuid": "F2", "sha1": "cd" * 20},
    ]
    ssl, x509 = linked([{"cert_chain_fuids": ["F1", "F2"]}], [{"id": "F1"}, {"id": "F2"}], files)
    assert ssl[0]["cert_chain_fps"] == [LEAF, "F2"]
    assert [row["fingerprint"] for row in x509] == [LEAF, "F2"]
    assert [row["fingerprint_sha1"] for row in x509] == ["ab" * 20, "cd" * 20]


def test_fingerprints_go_before_file_ids_and_get_the_sha1_of_files_log() -> None:
    ssl, x509 = linked(
        [{"cert_chain_fps": [LEAF], "cert_chain_fuids": ["F9"]}],
        [{"fingerprint": LEAF}, {"fingerprint": ISSUER}],
        [{"fuid": "F1", "sha256": LEAF, "sha1": "ab" * 20}],
    )
    assert ssl[0]["cert_chain_fps"] == [LEAF]
    assert [row["fingerprint_sha1"] for row in x509] == ["ab" * 20, None]


def test_subject_in_ssl_log_makes_a_certificate_that_x509_log_lacks() -> None:
    _, x509 = linked(
        [
            {"ts": 1.0, "cert_chain_fuids": ["F1"], "subject": "CN=a", "issuer": "CN=b"},
            {"ts": 2.0, "cert_chain_fuids": ["F1"], "subject": "CN=a", "issuer": "CN=b"},
            {"ts": 3.0, "cert_chain_fuids": ["F2"], "subject": "CN=known"},
        ],
        [{"id": "F2", "certificate.subject": "CN=known", "certificate.key_length": 2048}],
    )
    made = [row for row in x509 if row["fingerprint"] == "F1"]
    assert len(x509) == 2
    assert made[0]["certificate.subject"] == "CN=a"
    assert made[0]["certificate.issuer"] == "CN=b"
    assert made[0]["certificate.key_length"] is None
    assert made[0]["host_cert"] is True


def test_subject_without_any_chain_goes_by_the_uid() -> None:
    ssl, x509 = linked(
        [{"uid": "C1", "subject": "CN=a"}, {"uid": "C2", "cert_chain_fuids": []}], []
    )
    assert [row["cert_chain_fps"] for row in ssl] == [["C1"], []]
    assert [row["fingerprint"] for row in x509] == ["C1"]


def test_unset_chain_stays_unset() -> None:
    ssl, x509 = linked([{"uid": "C1"}], [])
    assert ssl[0]["cert_chain_fps"] is None
    assert x509 == []
