"""Small labelled tables of both modules with the same origins, and detectors of few trees."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from evaluation.refitting import Trainer
from evaluation.tables import LabelledTables
from module1.contest import CONTEST_SCHEMA
from module1.fitting import Settings
from module1.tables import CONNECTIONS_SCHEMA
from tests.module2.small_table import SMALL_ALGORITHMS, training_table

FIRST_START: Final = 1_500_000_000.0  # 14 July 2017
_DAY: Final = 86_400.0
_CONNECTIONS: Final = 2


def small_tables(families: int = 4, captures: int = 4, servers: int = 3) -> LabelledTables:
    """Return tables whose captures begin a day apart, malicious and normal ones in turn."""
    rows = training_table(families, captures, servers).with_columns(
        server=pl.format(
            "8.{}.{}.{}",
            8 + pl.col("label"),
            pl.col("capture").str.slice(1),
            pl.col("server").str.extract(r"(\d+)$"),
        )
    )
    connections = [
        _connection(row, turn) for row in rows.iter_rows(named=True) for turn in range(_CONNECTIONS)
    ]
    return LabelledTables(
        rows,
        pl.DataFrame(connections, schema=CONNECTIONS_SCHEMA),
        None,
        pl.DataFrame(schema=CONTEST_SCHEMA),
    )


def small_trainer() -> Trainer:
    """Return what fits small models on the small tables."""
    return Trainer(small_tables(), SMALL_ALGORITHMS, Settings(rounds=4))


def _connection(row: dict[str, Any], turn: int) -> dict[str, Any]:
    bad = row["label"] == 1
    number = int(row["capture"][1:])
    origin = {name: row[name] for name in ("label", "capture", "family", "role", "client")}
    return {
        **origin,
        **{name: row[name] for name in ("server", "port", "proto", "certificate")},
        "eventId": f"C{row['capture']}{row['server']}{turn}",
        "srcAddress": row["client"],
        "destAddress": row["server"],
        "destPort": row["port"],
        "appProtocol": "tls",
        "tlsSubject": f"CN=c{number}" if bad else f"C=US, CN=www.s{number}.example",
        "tlsIssuerDn": f"CN=c{number}" if bad else "C=US, O=Example Trust, CN=Example CA",
        "tlsSni": None if bad else f"www.s{number}.example",
        "tlsVersion": "TLS 1.2",
        "bytesOut": (900 if bad else 90000) + 10 * turn + number,
        "pktsOut": (5 if bad else 70) + turn,
        "bytesIn": 700 + 7 * turn,
        "pktsIn": 6 + turn,
        "ts": FIRST_START + _DAY * number + turn,
    }
