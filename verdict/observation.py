"""What the logs show of each server row, gathered for the rules that a person can check."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import polars as pl

from capture.distinguished_name import attributes
from capture.logs import Logs
from verdict.document import ServerKey
from verdict.known_certificates import Leaf
from verdict.scoring import KEY

_DETAILS: Final = (
    "version",
    "server_name",
    "resumed",
    "cert_chain_fps",
    "ja3",
    "ja3s",
    "ja4",
    "ssl_history",
)
_CLIENT_HELLO: Final = "C"  # in the history of a connection
_SHA256_LENGTH: Final = 64  # hex digits; older logs have other identifiers in its place


@dataclass(frozen=True)
class Certificate:
    """A leaf certificate; ``names`` are those it is for, None where the logs do not tell.

    ``addresses`` are those that it is for.
    """

    fingerprint: str
    sha1: str | None = None
    subject: str | None = None
    issuer: str | None = None
    not_before: float | None = None
    not_after: float | None = None
    key_type: str | None = None
    key_length: int | None = None
    signature: str | None = None
    names: frozenset[str] | None = None
    serial: str | None = None
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TlsConnection:
    """One TLS connection of a server row; ``chain`` begins with the leaf, ``duration`` in s.

    ``history`` has a letter for each message, those of the client in upper case; None in logs of
    earlier versions of Zeek.
    """

    uid: str
    ts: float | None
    version: str | None
    sni: str | None
    resumed: bool
    leaf: Certificate | None
    chain: tuple[Certificate, ...] = ()
    duration: float | None = None
    ja3: str | None = None
    ja3s: str | None = None
    ja4: str | None = None
    history: str | None = None

    @property
    def may_name_server(self) -> bool:
        """Whether a name would have been seen, had the client sent one, as far as logs tell."""
        return self.sni is not None or not self.history or _CLIENT_HELLO in self.history

    @property
    def only_from_server(self) -> bool:
        """Whether messages of the server were seen, but none of the client."""
        return (self.history or "").islower()

    def shown(self) -> Leaf:
        """Return what the certificate database is asked for."""
        leaf = self.leaf
        if leaf is None:
            return Leaf(None, None, None, None, self.sni)
        sha256 = leaf.fingerprint if len(leaf.fingerprint) == _SHA256_LENGTH else None
        return Leaf(sha256, leaf.sha1, leaf.subject, leaf.issuer, self.sni)


@dataclass(frozen=True)
class Observation:
    """A server row: its TLS connections by time, the starts of all its flows, its DNS names.

    ``named_by_dns`` is None when the logs hold no DNS answer at all. ``missed_bytes`` were lost
    from the capture. ``dns_names`` were asked for in DNS and resolved to the server.
    """

    key: ServerKey
    connections: tuple[TlsConnection, ...]
    starts: tuple[float, ...]
    named_by_dns: bool | None
    missed_bytes: int
    dns_names: tuple[str, ...] = ()

    @cached_property
    def leaves(self) -> tuple[Certificate, ...]:
        """The distinct leaf certificates in order of fingerprint."""
        shown = {each.leaf.fingerprint: each.leaf for each in self.connections if each.leaf}
        return tuple(shown[fingerprint] for fingerprint in sorted(shown))


def observe(logs: Logs, connections: pl.DataFrame) -> dict[ServerKey, Observation]:
    """Return an observation for each server row of ``connections`` (those of a ``Scored``)."""
    rows = connections.rename(
        {"srcAddress": "client", "destAddress": "server", "destPort": "port"}
    ).drop_nulls(KEY)
    seen = _tls_connections(logs, rows)
    starts, missed = _flows(logs, rows)
    named = _named_addresses(logs.dns)
    return {
        key: Observation(
            key,
            tuple(seen[key]),
            tuple(starts.get(key, ())),
            None if named is None else key.server in named,
            missed.get(key, 0),
            () if named is None else named.get(key.server, ()),
        )
        for key in sorted(seen, key=_order)
    }


def _order(key: ServerKey) -> tuple[str, str, int, str]:
    return key.client, key.server, key.port, key.proto


def _tls_connections(logs: Logs, rows: pl.DataFrame) -> dict[ServerKey, list[TlsConnection]]:
    seen: dict[tuple[Any, ...], list[TlsConnection]] = defaultdict(list)  # by plain, quick keys
    details = _details(logs)
    joined = rows.select(*KEY, "eventId", "ts", "certificate").join(
        details, left_on="eventId", right_on="uid", how="left", maintain_order="left"
    )
    shown = pl.concat([rows["certificate"], joined["cert_chain_fps"].explode()])
    certificates = _certificates(logs.x509, shown)
    for (
        *key,
        uid,
        ts,
        leaf,
        version,
        sni,
        resumed,
        chain,
        ja3,
        ja3s,
        ja4,
        history,
        duration,
    ) in joined.iter_rows():
        seen[tuple(key)].append(
            TlsConnection(
                uid,
                ts,
                version,
                sni or None,
                bool(resumed),
                certificates.get(leaf),
                tuple(certificates[each] for each in chain or () if each is not None),
                duration,
                ja3,
                ja3s,
                ja4,
                history,
            )
        )
    return {ServerKey(*key): connections for key, connections in seen.items()}


def _details(logs: Logs) -> pl.DataFrame:
    """Return what the logs tell of each TLS connection, once for each uid."""
    durations = logs.conn.select("uid", "duration").drop_nulls("uid").unique("uid", keep="first")
    connections = logs.ssl.select("uid", *_DETAILS).unique("uid", keep="first")
    return connections.join(durations, on="uid", how="left")


def _certificates(x509: pl.DataFrame, wanted: pl.Series) -> dict[str, Certificate]:
    """Return the certificates of these fingerprints; one that has no row is known by that alone."""
    rows = x509.filter(pl.col("fingerprint").is_in(wanted.unique().implode()))
    found = {
        row["fingerprint"]: _certificate(row)
        for row in rows.unique("fingerprint", keep="first").iter_rows(named=True)
    }
    bare = set(wanted.drop_nulls()) - found.keys()
    return {**found, **{name: Certificate(name) for name in bare}}


def _certificate(row: dict[str, Any]) -> Certificate:
    return Certificate(
        row["fingerprint"],
        row["fingerprint_sha1"],
        row["certificate.subject"],
        row["certificate.issuer"],
        row["certificate.not_valid_before"],
        row["certificate.not_valid_after"],
        row["certificate.key_type"],
        row["certificate.key_length"],
        row["certificate.sig_alg"],
        _names(row),
        row["certificate.serial"],
        frozenset(row["san.ip"] or ()),
    )


def _names(row: dict[str, Any]) -> frozenset[str] | None:
    """Return the DNS names and common names of a parsed certificate, in lower case."""
    if row["certificate.version"] is None:
        return None
    common = [text for kind, text in attributes(row["certificate.subject"] or "") if kind == "CN"]
    names = [*(row["san.dns"] or ()), *common]
    return frozenset(name.lower().rstrip(".") for name in names if name)


def _flows(
    logs: Logs, rows: pl.DataFrame
) -> tuple[dict[ServerKey, list[float]], dict[ServerKey, int]]:
    """Return the sorted starts and the missing bytes of all flows, TLS or not, of each row."""
    flows = (
        logs.conn.rename({"id.orig_h": "client", "id.resp_h": "server", "id.resp_p": "port"})
        .join(rows.select(KEY).unique(), on=KEY, how="semi")
        .group_by(KEY)
        .agg(pl.col("ts").drop_nulls().sort(), pl.col("missed_bytes").sum())
    )
    starts, missed = {}, {}
    for client, server, port, proto, times, lost in flows.iter_rows():
        key = ServerKey(client, server, port, proto)
        starts[key], missed[key] = times, lost or 0
    return starts, missed


def _named_addresses(dns: pl.DataFrame) -> dict[str, tuple[str, ...]] | None:
    """Return everything that DNS answers named, with the names asked for; None without answers."""
    answers = (
        dns.select("query", "answers")
        .explode("answers")
        .drop_nulls("answers")
        .group_by("answers")
        .agg(pl.col("query").drop_nulls().unique().sort())
    )
    return {answer: tuple(names) for answer, names in answers.iter_rows()} or None
