import gzip
from pathlib import Path

import pytest

from training.tables import TableError
from training.tls_table import read_tls_table

HEADER = (
    "timestamp,src_ip,src_port,dest_ip,dest_port,sni,version,subject,issuerdn,serial,fingerprint,"
    "notbefore,notafter,session_resumed,ja3s_string,flow_start,flow_end,pkts_toserver,"
    "pkts_toclient,bytes_toserver,bytes_toclient,flow_state"
)
FULL = (
    "2022-02-23T19:00:01.500000+0100,10.0.0.1,50000,203.0.113.7,443,a.example,TLS 1.2,"
    '"C=US, O=Example, Inc., CN=a.example","C=US, CN=CA",01:AB,AA:bb,'
    '2022-01-01T00:00:00,2022-12-31T00:00:00,,"771,49200,5-23",'
    "2022-02-23T19:00:00.000000+0100,2022-02-23T19:00:10.000000+0100,10,20,1540,21080,closed"
)
RESUMED = (
    "2022-02-23T18:30:00.000000+0000,10.0.0.1,50001,203.0.113.7,443,,TLS 1.3,,,,,,,True,"
    '"771,4865,",2022-02-23T18:29:59.000000+0000,2022-02-23T18:30:00.000000+0000,1,1,40,60,new'
)


def write(path: Path, *rows: str) -> Path:
    path.write_bytes(gzip.compress("\n".join([HEADER, *rows, ""]).encode()))
    return path


def test_a_connection_with_certificate(tmp_path: Path) -> None:
    logs = read_tls_table(write(tmp_path / "tls.csv.gz", FULL))
    record, conn, cert = (table.row(0, named=True) for table in (logs.ssl, logs.conn, logs.x509))
    assert record["ts"] == 1645639201.5
    assert (record["version"], record["cipher"]) == (
        "TLSv12",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    )
    assert record["server_name"] == "a.example"
    assert record["resumed"] is False
    assert record["cert_chain_fps"] == ["aabb"]
    assert conn["uid"] == record["uid"]
    assert (conn["ts"], conn["duration"], conn["conn_state"]) == (1645639200.0, 10.0, "SF")
    assert cert["fingerprint"] == cert["fingerprint_sha1"] == "aabb"
    assert cert["certificate.subject"] == r"CN=a.example,O=Example\, Inc.,C=US"
    assert cert["certificate.serial"] == "01AB"
    assert cert["certificate.not_valid_before"] == 1640995200.0
    assert cert["san.dns"] is None


def test_a_certificate_shown_again_is_one_with_all_that_is_told(tmp_path: Path) -> None:
    logs = read_tls_table(write(tmp_path / "tls.csv.gz", FULL, FULL.replace("AA:bb", "aa:BB")))
    (cert,) = logs.x509.rows(named=True)
    assert (cert["ts"], cert["host_cert"]) == (1645639201.5, True)
    assert cert["certificate.issuer"] == "CN=CA,C=US"
    assert cert["certificate.not_valid_after"] == 1672444800.0
    assert logs.ssl["cert_chain_fps"].to_list() == [["aabb"]] * 2
    assert logs.ssl["uid"].n_unique() == 2


@pytest.mark.parametrize(
    ("state", "expected"), [("new", "S0"), ("established", "S1"), ("closed", "SF"), ("odd", None)]
)
def test_states_of_flows(tmp_path: Path, state: str, expected: str | None) -> None:
    row = FULL.removesuffix("closed") + state
    assert read_tls_table(write(tmp_path / "t.csv.gz", row)).conn["conn_state"][0] == expected


@pytest.mark.parametrize("ja3s", ["", "771", "771,x,5"])
def test_a_cipher_that_is_not_told_is_missing(tmp_path: Path, ja3s: str) -> None:
    row = FULL.replace("771,49200,5-23", ja3s)
    assert read_tls_table(write(tmp_path / "t.csv.gz", row)).ssl["cipher"][0] is None


def test_frames_become_ip_and_payload_bytes(tmp_path: Path) -> None:
    conn = read_tls_table(write(tmp_path / "tls.csv.gz", FULL)).conn.row(0, named=True)
    assert (conn["orig_pkts"], conn["orig_ip_bytes"], conn["orig_bytes"]) == (10, 1400, 1000)
    assert (conn["resp_pkts"], conn["resp_ip_bytes"], conn["resp_bytes"]) == (20, 20800, 20000)


def test_a_resumed_connection_has_no_certificate_and_no_negative_size(tmp_path: Path) -> None:
    logs = read_tls_table(write(tmp_path / "tls.csv.gz", RESUMED))
    record = logs.ssl.row(0, named=True)
    assert record["resumed"] is True
    assert record["cert_chain_fps"] is None
    assert record["server_name"] is None
    assert record["cipher"] == "TLS_AES_128_GCM_SHA256"
    assert logs.x509.is_empty()
    assert logs.conn["orig_bytes"].to_list() == [0]


def test_rows_are_in_order_of_time_and_match_by_uid(tmp_path: Path) -> None:
    logs = read_tls_table(write(tmp_path / "tls.csv.gz", RESUMED, FULL))
    assert logs.conn["ts"].is_sorted()
    assert set(logs.conn["uid"]) == set(logs.ssl["uid"])


def test_a_table_of_something_else_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "tls.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with pytest.raises(TableError, match="no column timestamp"):
        read_tls_table(path)
