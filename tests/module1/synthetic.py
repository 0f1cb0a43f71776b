"""Hand-made logs and labelled connections for the tests of module 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from capture.logs import Logs, empty_table
from capture.schema import SCHEMAS
from module1.tables import CONNECTIONS_SCHEMA

LEAF = "aa" * 32
ISSUER = "bb" * 32


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return a log table; what a row does not give is null."""
    return pl.DataFrame(list(rows), schema=SCHEMAS[name]) if rows else empty_table(name)


def connection(uid: str, **values: object) -> dict[str, Any]:
    """Return the columns that identify a connection of one client and server."""
    identity = {
        "ts": 1000.0,
        "uid": uid,
        "id.orig_h": "10.0.0.5",
        "id.orig_p": 50000,
        "id.resp_h": "203.0.113.9",
        "id.resp_p": 443,
        "proto": "tcp",
    }
    return {**identity, **values}


def logs(
    conn: Sequence[Mapping[str, Any]] = (),
    ssl: Sequence[Mapping[str, Any]] = (),
    x509: Sequence[Mapping[str, Any]] = (),
) -> Logs:
    """Return logs with those rows."""
    return Logs(
        conn=table("conn", conn),
        ssl=table("ssl", ssl),
        x509=table("x509", x509),
        dns=empty_table("dns"),
        engine_name="test",
        engine_version="1",
    )


def one_of_each() -> Logs:
    """Return a connection with a certificate, one of TLS 1.3 without, and one without conn row."""
    sizes = {"orig_pkts": 9, "orig_ip_bytes": 1100, "resp_pkts": 11, "resp_ip_bytes": 7000}
    named = {
        "version": "TLSv12",
        "server_name": "www.a-b.example",
        "cert_chain_fps": [LEAF, ISSUER],
    }
    leaf = r"CN=*.a-b.example,O=A\, B and Sons,L=Bern,C=CH"
    return logs(
        conn=[connection("C1", **sizes), connection("C2", ts=1001.0, **sizes)],
        ssl=[
            connection("C3", ts=999.0, version="TLSv10"),
            connection("C2", ts=1001.0, version="TLSv13", server_name="two.example"),
            connection("C1", **named),
        ],
        x509=[
            {
                "fingerprint": ISSUER,
                "certificate.subject": "CN=Root",
                "certificate.issuer": "CN=Root",
            },
            {"fingerprint": LEAF, "certificate.subject": leaf, "certificate.issuer": "CN=Root"},
        ],
    )


def labelled_connections(families: int = 4, per_capture: int = 6) -> pl.DataFrame:
    """Return connections of malicious families, self-signed and small, and of normal captures."""
    rows = [
        _connection(label, number, turn)
        for label in (0, 1)
        for number in range(families)
        for turn in range(per_capture)
    ]
    return pl.DataFrame(rows, schema=CONNECTIONS_SCHEMA)


def _connection(label: int, number: int, turn: int) -> dict[str, Any]:
    client, server = f"10.0.{label}.{number}", f"198.51.{100 + label}.{number}"
    bad = label == 1
    subject = (
        f"C=XX, O=Internet Widgits, CN=c{number}" if bad else f"C=US, CN=www.s{number}.example"
    )
    return {
        "eventId": f"C{label}{number}{turn}",
        "srcAddress": client,
        "srcPort": 50000 + turn,
        "destAddress": server,
        "destPort": 447 if bad else 443,
        "appProtocol": "tls",
        "tlsSubject": subject,
        "tlsIssuerDn": subject if bad else "C=US, O=Example Trust, CN=Example CA",
        "tlsSni": None if bad else f"www.s{number}.example",
        "tlsVersion": "TLS 1.0" if bad else "TLS 1.2",
        "bytesOut": (900 if bad else 90000) + 10 * turn + number,
        "pktsOut": (5 if bad else 70) + turn % 3,
        "bytesIn": (700 if bad else 4000) + 7 * turn,
        "pktsIn": (6 if bad else 40) + turn % 2,
        "ts": 1000.0 + turn,
        "label": label,
        "capture": f"{'infection' if bad else 'browsing'}-{number}",
        "family": f"family-{number}" if bad else "",
        "role": "c2" if bad else "",
        "client": client,
        "server": server,
        "port": 447 if bad else 443,
        "proto": "tcp",
        "certificate": f"{label}{number}" * 32,
    }
