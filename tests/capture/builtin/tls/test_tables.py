"""The tables of ssl and x509."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.connection import Connection
from capture.builtin.engine import analyse
from capture.builtin.log_rows import LogRows
from capture.builtin.log_tables import LogTables
from capture.builtin.part import Part
from capture.builtin.tls.connection import SeenChain, TlsConnection
from capture.builtin.x509.certificate import Certificate, parse_certificate
from capture.logs import Logs, merge
from capture.schema import SSL, X509
from capture.zeek_folder import read_folder
from tests.capture.builtin.found_tables import ssl_and_x509_tables, table_of
from tests.capture.builtin.tls.handshakes import (
    CLIENT_CERTIFICATE,
    SERVER_CERTIFICATE,
    read,
    tls_1_2_flights,
)

DAY_NS = 86_400 * 10**9
LEAF = parse_certificate(SERVER_CERTIFICATE)
OTHER = parse_certificate(CLIENT_CERTIFICATE)


def connection(number: int = 1) -> Connection:
    return Connection(f"C{number}", "192.0.2.1", 50_000 + number, "192.0.2.2", 443, "tcp")


def seen(time_ns: int, *certificates: Certificate) -> SeenChain:
    return SeenChain(time_ns, certificates or (LEAF,))


def test_real_handshake():
    ssl, x509 = ssl_and_x509_tables([(connection(), read(tls_1_2_flights()))])
    assert ssl.schema == pl.Schema(SSL)
    assert x509.schema == pl.Schema(X509)
    row = ssl.row(0, named=True)
    assert (row["uid"], row["id.orig_h"], row["id.orig_p"]) == ("C1", "192.0.2.1", 50_001)
    assert (row["id.resp_h"], row["id.resp_p"], row["proto"]) == ("192.0.2.2", 443, "tcp")
    assert (row["version"], row["ssl_history"]) == ("TLSv12", "CsxknGIti")
    assert row["cert_chain_fps"] == [LEAF.fingerprint]
    assert row["client_cert_chain_fps"] == []
    certificate = x509.row(0, named=True)
    assert certificate["certificate.subject"] == "CN=server.example"
    assert certificate["certificate.curve"] == "prime256v1"
    assert certificate["san.dns"] == ["server.example"]
    assert certificate["san.ip"] is None
    assert (certificate["host_cert"], certificate["client_cert"]) == (True, False)
    assert certificate["fingerprint_sha1"] == LEAF.fingerprint_sha1


def test_nothing_found_gives_empty_tables():
    ssl, x509 = ssl_and_x509_tables([])
    assert (ssl.schema, x509.schema) == (pl.Schema(SSL), pl.Schema(X509))
    assert (len(ssl), len(x509)) == (0, 0)


def test_chains_are_missing_where_no_certificate_was_seen():
    ssl, _ = ssl_and_x509_tables([(connection(), TlsConnection(10**9, history="C"))])
    assert ssl["cert_chain_fps"].to_list() == ssl["client_cert_chain_fps"].to_list() == [None]
    assert ssl["version"].to_list() == [None]
    assert ssl["ts"].to_list() == [1.0]


def test_rows_are_sorted_by_time():
    found = [(connection(n), TlsConnection(time)) for n, time in ((1, 3 * 10**9), (2, 10**9))]
    ssl, _ = ssl_and_x509_tables(found)
    assert ssl["uid"].to_list() == ["C2", "C1"]


def test_certificate_gives_one_row_a_day_for_each_part():
    found = [
        (connection(1), TlsConnection(5, server_chains=[seen(5, LEAF, OTHER)])),
        (connection(2), TlsConnection(6, server_chains=[seen(6)], client_chains=[seen(7, OTHER)])),
        (connection(3), TlsConnection(8, server_chains=[seen(8, OTHER)])),
        (connection(4), TlsConnection(9, server_chains=[seen(5 + DAY_NS)])),
    ]
    _, x509 = ssl_and_x509_tables(found)
    assert x509.select("fingerprint", "host_cert", "client_cert").rows() == [
        (LEAF.fingerprint, True, False),
        (OTHER.fingerprint, False, False),
        (OTHER.fingerprint, True, True),
        (OTHER.fingerprint, True, False),
        (LEAF.fingerprint, True, False),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4).map(lambda half_days: half_days * DAY_NS // 2),
            st.lists(st.sampled_from([LEAF, OTHER]), max_size=2),
            st.booleans(),
            st.integers(0, 2),
        ),
        max_size=12,
    )
)
def test_certificates_of_several_parts_give_the_rows_of_one(
    shown: list[tuple[int, list[Certificate], bool, int]],
):
    whole, parted = LogTables(), LogTables()
    parts = [LogRows(parted.add, part=Part(number, 3)) for number in range(3)]
    alone = LogRows(whole.add)
    for number, (time_ns, certificates, of_client, part) in enumerate(shown):
        chain = [SeenChain(time_ns, tuple(certificates))]
        sides = {"client_chains" if of_client else "server_chains": chain}
        for rows in (alone, parts[part]):
            rows.tls.add(connection(number), TlsConnection(time_ns, **sides))
    for rows in (alone, *parts):
        rows.finish()
    for name in ("ssl", "x509"):
        assert table_of(parted, name).equals(table_of(whole, name))


def test_rows_of_the_same_time_are_in_the_order_of_their_connections():
    found = [(connection(number), TlsConnection(1)) for number in (3, 1, 2)]
    ssl, _ = ssl_and_x509_tables(found)
    assert ssl["uid"].to_list() == ["C1", "C2", "C3"]


def test_certificate_without_readable_content_gives_a_row():
    nothing = parse_certificate(b"garbage")
    _, x509 = ssl_and_x509_tables(
        [(connection(), TlsConnection(1, server_chains=[seen(1, nothing)]))]
    )
    row = x509.row(0, named=True)
    assert row["fingerprint"] == nothing.fingerprint
    assert row["certificate.subject"] is None


SSL_FIELDS = ["ts", "version", "cipher", "curve", "server_name", "resumed", "next_protocol"]
SSL_FIELDS += ["established", "ssl_history", "last_alert", "cert_chain_fps"]
X509_FIELDS = [name for name in X509 if name.startswith(("certificate.", "san.", "basic_"))]


def agreement(reference: pl.DataFrame, ours: pl.DataFrame, key: list[str], field: str) -> float:
    """Return the share of reference rows for which our row of the same key has the same value."""
    pairs = reference.unique(key, maintain_order=True).join(
        ours.unique(key, maintain_order=True), on=key, how="left", suffix="_ours"
    )
    if field == "ts":
        same = (pairs["ts"] - pairs["ts_ours"]).abs() < 0.001
    else:
        same = pairs[field].eq_missing(pairs[f"{field}_ours"])
    return same.fill_null(value=False).mean()


@pytest.fixture(scope="module")
def reference_and_ours(shared_data: Path) -> tuple[Logs, Logs]:
    """Return Zeek's tables and ours of every sixth small capture with TLS."""
    reference, ours = [], []
    with_tls = sorted((shared_data / "zeek-reference").glob("*/ssl.log"))
    for log in with_tls[::6]:
        capture = shared_data / "pcaps" / log.parent.name.replace("__", "/")
        if capture.is_file() and capture.stat().st_size < 300_000:
            reference.append(read_folder(log.parent))
            ours.append(analyse(capture))
    assert len(ours) > 20
    return merge(reference), merge(ours)


@pytest.mark.parametrize("field", SSL_FIELDS)
def test_ssl_rows_are_those_of_zeek(reference_and_ours, field):
    reference, ours = reference_and_ours
    key = ["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"]
    assert agreement(reference.ssl, ours.ssl, key, field) > 0.95


@pytest.mark.parametrize("field", X509_FIELDS)
def test_certificates_are_those_of_zeek(reference_and_ours, field):
    reference, ours = reference_and_ours
    assert agreement(reference.x509, ours.x509, ["fingerprint"], field) > 0.95
