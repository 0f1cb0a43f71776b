from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from capture.zeek_folder import read_folder
from capture.zeek_format import write_logs
from module1.features import FIELDS, connection_rows, version_text
from tests.module1.synthetic import LEAF, connection, logs, one_of_each


def row(uid: str) -> dict[str, object]:
    return connection_rows(one_of_each()).row(by_predicate=pl.col("eventId") == uid, named=True)


def test_a_connection_has_the_fields_of_both_its_logs_and_its_leaf_certificate() -> None:
    assert row("C1") == {
        "eventId": "C1",
        "srcAddress": "10.0.0.5",
        "srcPort": 50000,
        "destAddress": "203.0.113.9",
        "destPort": 443,
        "appProtocol": "tls",
        "tlsSubject": "C=CH, L=Bern, O=A, B and Sons, CN=*.a-b.example",
        "tlsIssuerDn": "CN=Root",
        "tlsSni": "www.a-b.example",
        "tlsVersion": "TLS 1.2",
        "bytesOut": 7000 + 14 * 11,
        "pktsOut": 11,
        "bytesIn": 1100 + 14 * 9,
        "pktsIn": 9,
        "ts": 1000.0,
        "certificate": LEAF,
        "proto": "tcp",
    }


def test_what_was_not_seen_is_missing() -> None:
    hidden, unmeasured = row("C2"), row("C3")
    assert [hidden[name] for name in ("tlsSubject", "tlsIssuerDn", "certificate")] == [None] * 3
    assert hidden["bytesOut"] == 7154
    assert [unmeasured[n] for n in ("tlsSni", "bytesOut", "pktsOut", "bytesIn")] == [None] * 4


def test_rows_are_sorted_by_time_whatever_the_order_of_the_log() -> None:
    assert connection_rows(one_of_each())["eventId"].to_list() == ["C3", "C1", "C2"]


def test_no_tls_gives_no_rows_but_all_columns() -> None:
    rows = connection_rows(logs(conn=[connection("C1")]))
    assert rows.is_empty()
    assert dict(rows.schema) == FIELDS


def test_repeated_log_rows_do_not_multiply_connections() -> None:
    once = one_of_each()
    twice = replace(once, conn=pl.concat([once.conn] * 2), x509=pl.concat([once.x509] * 2))
    assert connection_rows(twice).equals(connection_rows(once))


@pytest.mark.parametrize(
    ("logged", "text"),
    [
        ("TLSv13", "TLS 1.3"),
        ("TLSv10", "TLS 1.0"),
        ("TLSv1", "TLS 1.0"),
        ("TLSv13-draft28", "TLS 1.3"),
        ("TLS 1.2", "TLS 1.2"),
        ("DTLSv12", "DTLS 1.2"),
        ("SSLv3", "SSLv3"),
        ("SSLv2", "SSLv2"),
        ("unknown-64282", None),
        ("UNDETERMINED", None),
        (None, None),
    ],
)
def test_versions_have_one_name(logged: str | None, text: str | None) -> None:
    table = pl.DataFrame({"version": [logged]}, schema={"version": pl.String})
    assert table.select(version_text(pl.col("version")))["version"].to_list() == [text]


@pytest.mark.parametrize("form", ["tsv", "json"])
def test_log_files_of_either_form_give_the_same_rows(form: str, tmp_path: Path) -> None:
    write_logs(one_of_each(), tmp_path, form)  # type: ignore[arg-type]  # a parameter of the test
    assert connection_rows(read_folder(tmp_path)).equals(connection_rows(one_of_each()))


def test_logs_of_zeek_3_give_the_same_rows_but_for_the_fingerprint(tmp_path: Path) -> None:
    write_logs(one_of_each(), tmp_path, "tsv")
    for name, old in (("ssl", "cert_chain_fuids"), ("x509", "id")):
        path = tmp_path / f"{name}.log"
        new = "\tcert_chain_fps" if name == "ssl" else "\tfingerprint\t"
        kept = "\t" if name == "x509" else ""
        text = path.read_text().replace(new, f"\t{old}{kept}", 1)
        path.write_text(text.replace(LEAF, "FLEAF1"))
    rows = connection_rows(read_folder(tmp_path))
    expected = connection_rows(one_of_each())
    assert rows.drop("certificate").equals(expected.drop("certificate"))
    assert rows["certificate"].drop_nulls().to_list() == ["FLEAF1"]
