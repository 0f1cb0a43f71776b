"""Small logs written by hand, for tests: each record names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from capture.logs import Logs
from capture.schema import SCHEMAS
from module2.features import server_rows

CLIENT = "192.168.1.23"
SERVER = "203.0.113.7"
Record = Mapping[str, Any]

_CONNECTION = {
    "ts": 1000.0,
    "uid": "C1",
    "id.orig_h": CLIENT,
    "id.orig_p": 50000,
    "id.resp_h": SERVER,
    "id.resp_p": 443,
}


def flow(**changed: Any) -> dict[str, Any]:
    """Return a conn record; ``changed`` are columns, with ``_`` for the dot of ``id.``."""
    return {**_CONNECTION, "proto": "tcp", "conn_state": "SF", **_dotted(changed)}


def tls(**changed: Any) -> dict[str, Any]:
    """Return an ssl record of TLS 1.2."""
    return {**_CONNECTION, "version": "TLSv12", "cipher": "TLS_X", **_dotted(changed)}


def certificate(**changed: Any) -> dict[str, Any]:
    """Return an x509 record; columns below ``certificate.`` are named without it."""
    whole = {"version": 3, "serial": "01", "subject": "CN=a.example", "issuer": "CN=Example CA"}
    whole |= {"not_valid_before": 0.0, "not_valid_after": 86400.0}
    top = {name: changed.pop(name) for name in ("fingerprint", "san_dns") if name in changed}
    record = {f"certificate.{name}": value for name, value in {**whole, **changed}.items()}
    return {
        **record,
        "ts": 1000.0,
        "fingerprint": top.get("fingerprint", "f1"),
        "san.dns": top.get("san_dns"),
    }


def answer(**changed: Any) -> dict[str, Any]:
    """Return a dns record whose answer is the server's address."""
    record = {"query": "a.example", "answers": [SERVER], "TTLs": [60.0], "proto": "udp"}
    return {**_CONNECTION, "uid": "D1", "id.resp_p": 53, **record, **changed}


def logs_of(
    conn: Sequence[Record] = (),
    ssl: Sequence[Record] = (),
    x509: Sequence[Record] = (),
    dns: Sequence[Record] = (),
) -> Logs:
    """Return the records as tables."""
    records = {"conn": conn, "ssl": ssl, "x509": x509, "dns": dns}
    tables = {name: pl.DataFrame(rows, schema=SCHEMAS[name]) for name, rows in records.items()}
    return Logs(**tables, engine_name="test", engine_version="1")


def only_row(
    conn: Sequence[Record] = (),
    ssl: Sequence[Record] = (),
    x509: Sequence[Record] = (),
    dns: Sequence[Record] = (),
) -> dict[str, Any]:
    """Return the one server row of the records."""
    rows = server_rows(logs_of(conn, ssl, x509, dns))
    assert rows.height == 1
    return rows.row(0, named=True)


def _dotted(changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("id_", "id.", 1): value for name, value in changed.items()}
