"""Columns and types of the four log tables, named as Zeek names them.

Times are seconds since the Unix epoch, durations seconds, sizes bytes. A value that was not seen is
null, never 0 and never ``-``.
"""

from typing import Final

import polars as pl

Schema = dict[str, pl.DataType]

_STRING = pl.String()
_FLOAT = pl.Float64()
_COUNT = pl.Int64()
_BOOL = pl.Boolean()
_STRINGS = pl.List(pl.String())
_FLOATS = pl.List(pl.Float64())
_COUNTS = pl.List(pl.Int64())

_CONNECTION_ID: Final[Schema] = {
    "ts": _FLOAT,
    "uid": _STRING,
    "id.orig_h": _STRING,
    "id.orig_p": _COUNT,
    "id.resp_h": _STRING,
    "id.resp_p": _COUNT,
}

CONN: Final[Schema] = {
    **_CONNECTION_ID,
    "proto": _STRING,
    "service": _STRING,
    "duration": _FLOAT,
    "orig_bytes": _COUNT,
    "resp_bytes": _COUNT,
    "conn_state": _STRING,
    "missed_bytes": _COUNT,
    "history": _STRING,
    "orig_pkts": _COUNT,
    "orig_ip_bytes": _COUNT,
    "resp_pkts": _COUNT,
    "resp_ip_bytes": _COUNT,
}

SSL: Final[Schema] = {
    **_CONNECTION_ID,
    "proto": _STRING,
    "version": _STRING,
    "cipher": _STRING,
    "curve": _STRING,
    "server_name": _STRING,
    "resumed": _BOOL,
    "last_alert": _STRING,
    "next_protocol": _STRING,
    "established": _BOOL,
    "ssl_history": _STRING,
    "cert_chain_fps": _STRINGS,
    "client_cert_chain_fps": _STRINGS,
    # Not of Zeek: fingerprints, and what the client offers, numbers in the order sent, no GREASE.
    "ja3": _STRING,
    "ja3s": _STRING,
    "ja4": _STRING,
    "client_versions": _COUNTS,
    "client_ciphers": _COUNTS,
    "client_extensions": _COUNTS,
    "client_groups": _COUNTS,
    "client_signature_algorithms": _COUNTS,
    "client_alpn": _STRINGS,
    "client_grease": _BOOL,
    "client_ech": _BOOL,
}

X509: Final[Schema] = {
    "ts": _FLOAT,
    "fingerprint": _STRING,
    "certificate.version": _COUNT,
    "certificate.serial": _STRING,
    "certificate.subject": _STRING,
    "certificate.issuer": _STRING,
    "certificate.not_valid_before": _FLOAT,
    "certificate.not_valid_after": _FLOAT,
    "certificate.key_alg": _STRING,
    "certificate.sig_alg": _STRING,
    "certificate.key_type": _STRING,
    "certificate.key_length": _COUNT,
    "certificate.exponent": _STRING,
    "certificate.curve": _STRING,
    "san.dns": _STRINGS,
    "san.uri": _STRINGS,
    "san.email": _STRINGS,
    "san.ip": _STRINGS,
    "basic_constraints.ca": _BOOL,
    "basic_constraints.path_len": _COUNT,
    "host_cert": _BOOL,
    "client_cert": _BOOL,
    "fingerprint_sha1": _STRING,
}

DNS: Final[Schema] = {
    **_CONNECTION_ID,
    "proto": _STRING,
    "trans_id": _COUNT,
    "rtt": _FLOAT,
    "query": _STRING,
    "qclass": _COUNT,
    "qclass_name": _STRING,
    "qtype": _COUNT,
    "qtype_name": _STRING,
    "rcode": _COUNT,
    "rcode_name": _STRING,
    "AA": _BOOL,
    "TC": _BOOL,
    "RD": _BOOL,
    "RA": _BOOL,
    "Z": _COUNT,
    "answers": _STRINGS,
    "TTLs": _FLOATS,
    "rejected": _BOOL,
}

SCHEMAS: Final[dict[str, Schema]] = {"conn": CONN, "ssl": SSL, "x509": X509, "dns": DNS}
