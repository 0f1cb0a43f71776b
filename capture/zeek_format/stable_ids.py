"""Connection and file ids that are the same in every run.

Zeek draws them at random, yet the same capture must always give the same tables.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import Final

import polars as pl

from capture.logs import Logs

_BASE_62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH: Final = 17
_CONNECTION: Final = ("ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto")
_CERTIFICATE: Final = (
    "ts",
    "certificate.serial",
    "certificate.subject",
    "certificate.issuer",
    "certificate.not_valid_before",
    "certificate.not_valid_after",
)
_CHAINS: Final = ("cert_chain_fps", "client_cert_chain_fps")
_FILE_ID: Final = r"^F[0-9A-Za-z]{6,24}$"


def with_stable_ids(logs: Logs) -> Logs:
    """Return the logs with ids that follow from time, addresses and order alone."""
    uids = _connection_ids(logs)
    renamed = uids | _file_ids(logs, uids)
    uid = pl.col("uid").replace(uids)
    chains = [pl.col(name).list.eval(pl.element().replace(renamed)) for name in _CHAINS]
    return replace(
        logs,
        conn=logs.conn.with_columns(uid),
        ssl=logs.ssl.with_columns(uid, *chains),
        x509=logs.x509.with_columns(pl.col("fingerprint").replace(renamed)),
        dns=logs.dns.with_columns(uid),
    )


def _connection_ids(logs: Logs) -> dict[str, str]:
    tables = [logs.conn, logs.ssl, logs.dns]
    known = pl.concat([table.select("uid", *_CONNECTION) for table in tables])
    return _stable("C", known.drop_nulls("uid").unique("uid", keep="first", maintain_order=True))


def _file_ids(logs: Logs, uids: dict[str, str]) -> dict[str, str]:
    """Return new names for the file ids that stand for certificates in logs of old versions."""
    certificates = logs.x509.select("fingerprint", *_CERTIFICATE).filter(
        pl.col("fingerprint").str.contains(_FILE_ID)
    )
    named = _stable("F", certificates.unique("fingerprint", keep="first", maintain_order=True))
    chains = pl.concat(
        logs.ssl.select("ts", "uid", pl.col(name).alias("id")).explode("id") for name in _CHAINS
    )
    others = chains.filter(
        pl.col("id").str.contains(_FILE_ID) & ~pl.col("id").is_in(list(named))
    ).select("id", "ts", pl.col("uid").replace(uids))
    return named | _stable("F", others.unique("id", keep="first", maintain_order=True))


def _stable(letter: str, identities: pl.DataFrame) -> dict[str, str]:
    """Map the first column's values to ids made from the other columns and the order of equals."""
    seen: Counter[tuple[object, ...]] = Counter()
    names = {}
    for old, *identity in identities.iter_rows():
        key = tuple(identity)
        seen[key] += 1
        names[old] = letter + _digest((*key, seen[key]))
    return names


def _digest(identity: tuple[object, ...]) -> str:
    number = int.from_bytes(hashlib.sha256(repr(identity).encode()).digest()[:16], "big")
    letters = []
    for _ in range(_ID_LENGTH):
        number, rest = divmod(number, 62)
        letters.append(_BASE_62[rest])
    return "".join(letters)
