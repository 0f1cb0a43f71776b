"""Small logs of a made-up network, and detectors with fixed answers, for tests of verdicts."""

from dataclasses import replace
from typing import Any, ClassVar

import polars as pl

from capture.logs import CaptureInfo, Logs
from capture.schema import SCHEMAS
from models.contribution import Contribution
from verdict.final import Combination, Formula
from verdict.scoring import Models

CLIENT = "192.168.1.66"
BEACON = "203.0.113.66"  # self-signed, no SNI, every 60 s
SITE = "198.51.100.7"  # ordinary: SNI, certificate for it, DNS
HIDDEN = "198.51.100.8"  # TLS 1.3, no certificate visible
PLAIN = "198.51.100.99"  # no TLS
START = 1_790_000_000.0
DAY = 86400.0
BEACON_LEAF = "b" * 64
SITE_LEAF = "a" * 64
CAPTURE = "c" * 64


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return a log table of rows that give only some columns."""
    columns = SCHEMAS[name]
    full = [{column: row.get(column) for column in columns} for row in rows]
    return pl.DataFrame(full, schema=columns)


def connection(uid: str, server: str, ts: float, port: int = 443, **more: Any) -> dict[str, Any]:
    return {
        "ts": ts,
        "uid": uid,
        "id.orig_h": CLIENT,
        "id.orig_p": 50000,
        "id.resp_h": server,
        "id.resp_p": port,
        "proto": "tcp",
        **more,
    }


FLOW = {
    "duration": 0.5,
    "orig_bytes": 300,
    "resp_bytes": 900,
    "conn_state": "SF",
    "missed_bytes": 0,
    "orig_pkts": 6,
    "orig_ip_bytes": 620,
    "resp_pkts": 5,
    "resp_ip_bytes": 1160,
}


def certificate(fingerprint: str, subject: str, issuer: str, **more: Any) -> dict[str, Any]:
    return {
        "ts": START,
        "fingerprint": fingerprint,
        "certificate.version": 3,
        "certificate.serial": "01",
        "certificate.subject": subject,
        "certificate.issuer": issuer,
        "certificate.not_valid_before": START - 30 * DAY,
        "certificate.not_valid_after": START + 60 * DAY,
        "certificate.key_alg": "rsaEncryption",
        "certificate.sig_alg": "sha256WithRSAEncryption",
        "certificate.key_type": "rsa",
        "certificate.key_length": 2048,
        "fingerprint_sha1": fingerprint[:40],
        **more,
    }


def sample_logs() -> Logs:
    """Return six beacons, two visits of an ordinary site, one TLS 1.3 server, one plain flow."""
    beacons = [(f"Cb{number}", BEACON, START + 60 * number) for number in range(6)]
    visits = [("Cs0", SITE, START + 10), ("Cs1", SITE, START + 17)]
    hidden = [("Ch0", HIDDEN, START + 33)]
    everything = [*beacons, *visits, *hidden]
    conn = [connection(uid, server, ts, **FLOW) for uid, server, ts in everything]
    conn.append(connection("Cp0", PLAIN, START + 40, port=80, **FLOW))
    tls12 = {"version": "TLSv12", "cipher": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}
    ssl = [
        *(connection(u, s, t, **tls12, cert_chain_fps=[BEACON_LEAF]) for u, s, t in beacons),
        *(
            connection(u, s, t, **tls12, cert_chain_fps=[SITE_LEAF], server_name="www.example.com")
            for u, s, t in visits
        ),
        *(
            connection(u, s, t, version="TLSv13", server_name="hidden.example.org")
            for u, s, t in hidden
        ),
    ]
    x509 = [
        certificate(
            BEACON_LEAF, "CN=localhost,O=Internet Widgits", "CN=localhost,O=Internet Widgits"
        ),
        certificate(
            SITE_LEAF, "CN=www.example.com", "CN=Some CA,O=CA", **{"san.dns": ["*.example.com"]}
        ),
    ]
    dns = [
        {
            **connection("Cd0", "192.168.1.1", START + 9, port=53),
            "proto": "udp",
            "query": "www.example.com",
            "answers": [SITE, "cdn.example.com", HIDDEN],
            "TTLs": [60.0, 60.0, 60.0],
        }
    ]
    rows = {"conn": conn, "ssl": ssl, "x509": x509, "dns": dns}
    tables = {name: table(name, rows[name]).sort("ts", nulls_last=True) for name in rows}
    info = CaptureInfo("office.pcap", CAPTURE, 120, {"not IP": 2}, START, START + 300)
    return Logs(**tables, engine_name="builtin", engine_version="1", captures=(info,))


def of_captures(logs: Logs, *captures: CaptureInfo) -> Logs:
    """Return the same tables as if read from other captures."""
    return replace(logs, captures=captures)


class StubConnectionModel:
    """Calls every connection without an SNI malicious."""

    threshold = 0.5

    def score(self, rows: pl.DataFrame) -> pl.Series:
        return rows.select(
            pl.when(pl.col("tlsSni").is_null()).then(0.9).otherwise(0.1).alias("probability")
        ).to_series()

    def contributions(self, rows: pl.DataFrame) -> list[list[Contribution]]:
        return [
            [
                Contribution("has_sni", float(row["tlsSni"] is not None), 2.5),
                Contribution("sni_frequency", None, 0.5),
                Contribution("bytes_out", 900.0, 0.25),
                Contribution("subject_words", row["tlsSubject"], 0.2),
                Contribution("packets_in", 6.0, -3.0),
            ]
            for row in rows.iter_rows(named=True)
        ]


class StubServerModels:
    """Calls every server to which no connection names it malicious."""

    thresholds: ClassVar = {"random_forest": 0.4, "gbdt": 0.6}
    normal_ranges: ClassVar = {"avg_time_diff": (0.5, 30.0), "SNI_ssl_ratio": (1.0, 1.0)}
    malicious_ranges: ClassVar = {"avg_time_diff": (20.0, 300.0)}

    def score(self, rows: pl.DataFrame) -> pl.DataFrame:
        unnamed = pl.col("SNI_ssl_ratio") == 0
        return rows.select(
            pl.when(unnamed).then(0.8).otherwise(0.05).alias("random_forest"),
            pl.when(unnamed).then(0.95).otherwise(0.02).alias("gbdt"),
        )

    def contributions(self, rows: pl.DataFrame) -> list[dict[str, list[Contribution]]]:
        names = ("SNI_ssl_ratio", "self_signed_ratio", "avg_time_diff", "avg_TTL")
        return [
            {
                "random_forest": [Contribution(name, row[name], 0.1) for name in names],
                "gbdt": [Contribution(name, row[name], -0.3) for name in names],
            }
            for row in rows.iter_rows(named=True)
        ]


def stub_models() -> Models:
    """Return stub detectors, combined with equal weights."""
    formulas = {
        "module1": Formula(0.0, (1.0,)),
        "random_forest+gbdt": Formula(0.0, (0.5, 0.5)),
        "module1+random_forest+gbdt": Formula(0.0, (0.4, 0.3, 0.3)),
    }
    return Models(StubConnectionModel(), StubServerModels(), Combination(formulas, 0.5))
