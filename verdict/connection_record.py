"""The result document's records of the TLS connections and certificates of some server rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from verdict import observation
from verdict.community_id import community_id
from verdict.document import DECIMALS, Certificate, Connection, Verdict
from verdict.observation import TlsConnection
from verdict.server_row import Row, ServerRow

_UNKNOWN: Final = TlsConnection("", None, None, None, resumed=False, leaf=None)


def connection_records(rows: Sequence[ServerRow], threshold: float) -> tuple[Connection, ...]:
    """Return all connections of the rows by time; ``threshold`` is that of module 1."""
    seen = {each.uid: each for row in rows for each in row.seen.connections}
    connections = [connection for row in rows for connection in row.connections]
    connections.sort(key=lambda row: (row["ts"] is None, row["ts"] or 0.0, row["eventId"] or ""))
    return tuple(_connection(connection, threshold, seen) for connection in connections)


def certificate_records(rows: Sequence[ServerRow]) -> tuple[Certificate, ...]:
    """Return the certificates that the servers showed, leaves first, each once."""
    connections = [connection for row in rows for connection in row.seen.connections]
    leaves = {each.leaf.fingerprint for each in connections if each.leaf}
    shown = {one.fingerprint: one for each in connections for one in each.chain}
    shown |= {each.leaf.fingerprint: each.leaf for each in connections if each.leaf}
    records = [_certificate(one, is_leaf=name in leaves) for name, one in shown.items()]
    return tuple(sorted(records, key=lambda one: (not one.is_leaf, one.fingerprint)))


def verdict_of(probability: float | None, threshold: float) -> Verdict:
    """Return what a probability means at a threshold."""
    if probability is None:
        return "NOT ASSESSED"
    return "MALICIOUS" if probability >= threshold else "NORMAL"


def _connection(row: Row, threshold: float, seen: Mapping[str, TlsConnection]) -> Connection:
    known = seen.get(row["eventId"], _UNKNOWN)
    client, client_port = row["srcAddress"], row["srcPort"]
    server, server_port = row["destAddress"], row["destPort"]
    return Connection(
        uid=row["eventId"] or "",
        ts=_rounded(row["ts"]),
        client=client,
        client_port=client_port,
        server=server,
        server_port=server_port,
        sni=row["tlsSni"],
        subject=row["tlsSubject"],
        issuer=row["tlsIssuerDn"],
        version=row["tlsVersion"],
        probability=_rounded(row["probability"]),
        verdict=verdict_of(row["probability"], threshold),
        proto=row["proto"],
        duration=_rounded(known.duration),
        community_id=community_id(client, client_port, server, server_port, row["proto"]),
        certificates=tuple(one.fingerprint for one in known.chain),
        ja3=known.ja3,
        ja3s=known.ja3s,
        ja4=known.ja4,
    )


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DECIMALS)


def _certificate(one: observation.Certificate, *, is_leaf: bool) -> Certificate:
    return Certificate(
        one.fingerprint,
        one.sha1,
        one.subject,
        one.issuer,
        one.serial,
        one.not_before,
        one.not_after,
        one.key_type,
        one.key_length,
        one.signature,
        tuple(sorted(one.names or ())),
        is_leaf,
    )
