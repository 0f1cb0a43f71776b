"""Server rows: one row for each client, server, port and protocol with TLS, and its features.

``module2.columns`` has their names and order, the classic 51 first; each ``*_features`` module has
the formulas of one kind.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import polars as pl

from capture.logs import Logs
from knowledge.known_names import known_names
from module2.certificate_features import certificate_features, certificates_shown
from module2.columns import CATEGORICAL, COUNTS, FEATURES, KEY
from module2.connections import flows_of, tls_connections
from module2.distinguished_name_features import distinguished_name_features
from module2.dns_features import dns_features, named_by_dns
from module2.flow_features import flow_features
from module2.handshake_features import handshake_features
from module2.regularity_features import regularity_features
from module2.server_name_features import server_name_features
from module2.tls_features import tls_features
from module2.volume_features import volume_features

__all__ = ["CATEGORICAL", "FEATURES", "ROW_SCHEMA", "main", "server_rows"]


def _type_of(feature: str) -> pl.DataType:
    if feature in CATEGORICAL:
        return pl.String()
    return pl.Int64() if feature in COUNTS else pl.Float64()


ROW_SCHEMA: dict[str, pl.DataType] = {
    "client": pl.String(),
    "server": pl.String(),
    "port": pl.Int64(),
    "proto": pl.String(),
    "certificate": pl.String(),
    **{name: _type_of(name) for name in FEATURES},
}


def server_rows(logs: Logs) -> pl.DataFrame:
    """Return one row a (client, server, port, proto) that spoke TLS, sorted by these.

    Columns are the key, ``certificate`` (fingerprint of the leaf shown most often, null if none was
    visible) and ``FEATURES``. What the logs do not tell is null.
    """
    tls = tls_connections(logs)
    flows = flows_of(logs.conn, tls)
    rows = tls.select(KEY).unique()
    for part in (
        flow_features(flows),
        volume_features(flows),
        regularity_features(flows),
        tls_features(tls),
        handshake_features(tls),
        server_name_features(tls, known_names()),
        certificate_features(tls, logs.x509),
        distinguished_name_features(certificates_shown(tls, logs.x509), known_names()),
    ):
        rows = rows.join(part, on=KEY, how="left")
    rows = rows.join(dns_features(logs.dns, tls["server"]), on="server", how="left")
    rows = rows.with_columns(named_by_dns(logs.dns, rows["server"]))
    return rows.select([pl.col(name).cast(kind) for name, kind in ROW_SCHEMA.items()]).sort(KEY)


def main(argv: Sequence[str]) -> int:
    """Make the tables that training reads; see ``module2.make_tables``."""
    from module2.make_tables import main as make_tables

    return make_tables(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
