import gzip
from pathlib import Path

import pytest

from module1.contest import CONTEST_SCHEMA, read_contest
from training.tables import TableError

HEADER = (
    "srcAddress,srcPort,destAddress,destPort,appProtocol,tlsSubject,tlsIssuerDn,tlsSni,tlsVersion,"
    "bytesOut,bytesIn,pktsIn,pktsOut,eventId,weak_label,weak_reason\n"
)
MODERN = (
    '172.16.0.1,5000,10.0.0.1,443,tls,"C=CH, O=A, B Ltd., CN=x.example",CN=Root,x.example,TLS 1.2,'
    "4000,900,9,8,one,benign,rule\n"
)
OLD_FORM = (
    "172.16.0.1,5001,10.0.0.2,449,tls,CN=y.example/O=B/C=CH,CN=y.example/O=B/C=CH,,TLSv1,"
    "500,400,5,4,two,malicious,rule\n"
)
UNKNOWN = "172.16.0.1,5002,10.0.0.3,443,tls,,,,UNDETERMINED,100,200,2,1,three,,\n"


def write(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_records_come_in_our_fields_without_addresses(tmp_path: Path) -> None:
    records = read_contest(write(tmp_path / "c.csv.gz", HEADER + MODERN + OLD_FORM + UNKNOWN))
    assert dict(records.schema) == CONTEST_SCHEMA
    by_port = {row["tlsVersion"]: row for row in records.iter_rows(named=True)}
    assert by_port["TLS 1.2"] == {
        "destPort": 443,
        "tlsSubject": "C=CH, O=A, B Ltd., CN=x.example",
        "tlsIssuerDn": "CN=Root",
        "tlsSni": "x.example",
        "tlsVersion": "TLS 1.2",
        "bytesOut": 4000,
        "pktsOut": 8,
        "bytesIn": 900,
        "pktsIn": 9,
        "weakLabel": 0,
    }
    assert by_port["TLS 1.0"]["tlsSubject"] == "C=CH, O=B, CN=y.example"
    assert by_port["TLS 1.0"]["weakLabel"] == 1
    assert by_port[None]["weakLabel"] is None
    assert by_port[None]["tlsSubject"] is None


def test_the_order_of_the_records_does_not_matter(tmp_path: Path) -> None:
    one = read_contest(write(tmp_path / "1.csv.gz", HEADER + MODERN + OLD_FORM))
    other = read_contest(write(tmp_path / "2.csv.gz", HEADER + OLD_FORM + MODERN))
    assert one.equals(other)


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"c\.csv\.gz"):
        read_contest(write(tmp_path / "c.csv.gz", "a,b\n1,2\n"))
