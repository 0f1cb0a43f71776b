"""The columns of the ssl table that come from the hellos."""

import polars as pl
import pytest

from capture.builtin.connection import Connection
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.fingerprints.client_offer import client_offer
from capture.builtin.tls.fingerprints.columns import FINGERPRINT_COLUMNS
from capture.logs import Logs, empty_table
from capture.schema import SSL
from capture.zeek_format import parse_log, write_logs
from tests.capture.builtin.found_tables import ssl_and_x509_tables
from tests.capture.builtin.tls.fingerprints.hellos import (
    CHROME_CIPHERS,
    CHROME_EXTENSIONS,
    CHROME_SIGNATURE_ALGORITHMS,
    chrome_hello,
    parsed_hello,
)
from tests.capture.builtin.tls.handshakes import read, tls_1_3_flights


def table(*found: TlsConnection, protocol: str = "tcp") -> pl.DataFrame:
    connection = Connection("C1", "192.0.2.1", 50_000, "192.0.2.2", 443, protocol)
    ssl, _ = ssl_and_x509_tables([(connection, tls) for tls in found])
    return ssl.select(FINGERPRINT_COLUMNS)


def test_they_are_the_last_columns_of_the_schema():
    assert list(SSL)[-len(FINGERPRINT_COLUMNS) :] == list(FINGERPRINT_COLUMNS)


def test_values_of_a_client():
    row = table(TlsConnection(1, client_offer=client_offer(chrome_hello()))).row(0, named=True)
    assert row == {
        "ja3": "98487aa16281980e7d1120d399efb6a4",
        "ja3s": None,
        "ja4": "t13d1516h2_8daaf6152771_d8a2da3f94cd",
        "client_versions": [0x0304, 0x0303],
        "client_ciphers": list(CHROME_CIPHERS),
        "client_extensions": list(CHROME_EXTENSIONS),
        "client_groups": [4588, 29, 23, 24],
        "client_signature_algorithms": list(CHROME_SIGNATURE_ALGORITHMS),
        "client_alpn": ["h2", "http/1.1"],
        "client_grease": True,
        "client_ech": True,
    }


def test_hellos_of_a_real_connection():
    row = table(read(tls_1_3_flights())).row(0, named=True)
    assert row["ja4"].startswith("t13d")
    assert len(row["ja3"]) == len(row["ja3s"]) == 32
    assert row["client_versions"] == [0x0304]
    assert row["client_alpn"] == []


def test_without_a_client_hello_everything_of_the_client_is_missing():
    row = table(TlsConnection(1)).row(0)
    assert row == (None,) * len(FINGERPRINT_COLUMNS)


def test_over_quic():
    row = table(TlsConnection(1, client_offer=client_offer(chrome_hello())), protocol="udp").row(
        0, named=True
    )
    assert row["ja4"].startswith("q13d")


@pytest.mark.parametrize("form", ["tsv", "json"])
def test_they_survive_being_written_and_read(form, tmp_path):
    offers = [client_offer(chrome_hello()), client_offer(parsed_hello([47], version=0x0301)), None]
    connection = Connection("C1", "192.0.2.1", 50_000, "192.0.2.2", 443, "tcp")
    found = [(connection, TlsConnection(n, client_offer=offer)) for n, offer in enumerate(offers)]
    ssl, x509 = ssl_and_x509_tables(found)
    logs = Logs(empty_table("conn"), ssl, x509, empty_table("dns"), "builtin", "1")
    write_logs(logs, tmp_path, form=form)
    again = parse_log((tmp_path / "ssl.log").read_bytes(), "ssl")
    assert again.select(FINGERPRINT_COLUMNS).equals(ssl.select(FINGERPRINT_COLUMNS))


def test_no_connections_give_empty_columns():
    assert table().schema == pl.Schema({name: SSL[name] for name in FINGERPRINT_COLUMNS})
    assert table().is_empty()
