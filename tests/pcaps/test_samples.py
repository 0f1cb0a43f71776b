"""The committed sample captures, read by the builtin engine."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from capture.builtin.engine import analyse
from capture.logs import Logs

SAMPLES = ["beacon.pcap", "browsing.pcap", "ipv6.pcap", "tls13.pcapng"]
RESUMED_OR_1_3 = pl.col("resumed") | (pl.col("version") == "TLSv13")
YEAR_START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).timestamp()
YEAR_END = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC).timestamp()

Read = Callable[[str], Logs]


@pytest.fixture(scope="module")
def read(pcaps: Path) -> Read:
    """Return a function from a sample's name to its logs, each read once."""
    known: dict[str, Logs] = {}

    def logs_of(name: str) -> Logs:
        if name not in known:
            known[name] = analyse(pcaps / name)
        return known[name]

    return logs_of


def named_in_dns(logs: Logs) -> dict[str, set[str]]:
    """Return the names that were asked for, with the addresses in their answers."""
    answered = logs.dns.filter(pl.col("answers").is_not_null())
    found: dict[str, set[str]] = {}
    for query, answers in answered.select("query", "answers").iter_rows():
        found.setdefault(query, set()).update(answers)
    return found


def test_every_sample_is_there(pcaps: Path) -> None:
    found = {path.name for pattern in ("*.pcap", "*.pcapng") for path in pcaps.glob(pattern)}
    assert found >= set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_small(pcaps: Path, name: str) -> None:
    assert 20_000 <= (pcaps / name).stat().st_size <= 600_000


@pytest.mark.parametrize("name", SAMPLES)
def test_every_packet_is_read_and_is_of_2026(read: Read, name: str) -> None:
    (info,) = read(name).captures
    assert info.packets is not None
    assert info.packets > 100
    assert not info.skipped
    assert info.first_ts is not None
    assert info.last_ts is not None
    assert YEAR_START < info.first_ts < info.last_ts < YEAR_END


@pytest.mark.parametrize("name", SAMPLES)
def test_every_connection_is_whole(read: Read, name: str) -> None:
    conn = read(name).conn
    assert set(conn["conn_state"]) == {"SF"}
    assert conn["missed_bytes"].sum() == 0
    assert set(conn.filter(proto="tcp")["service"]) == {"ssl"}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_tls_handshake_completes(read: Read, name: str) -> None:
    logs = read(name)
    over_tcp = logs.ssl.filter(proto="tcp")
    assert over_tcp["established"].all()
    assert over_tcp.height == logs.conn.filter(proto="tcp").height


@pytest.mark.parametrize("name", SAMPLES)
def test_every_certificate_is_valid_at_the_time_of_the_capture(read: Read, name: str) -> None:
    x509 = read(name).x509
    valid = pl.col("ts").is_between(
        pl.col("certificate.not_valid_before"), pl.col("certificate.not_valid_after")
    )
    assert x509.filter(~valid).is_empty()


def test_browsing_is_of_one_host_and_many_servers(read: Read) -> None:
    logs = read("browsing.pcap")
    assert set(logs.conn["id.orig_h"]) == {"192.168.1.23"}
    per_server = logs.ssl.filter(proto="tcp").group_by("id.resp_h").len()
    assert per_server.height >= 12
    assert min(per_server["len"]) >= 3
    assert 600 < max(logs.conn["ts"]) - min(logs.conn["ts"]) < 1200


def test_browsing_mixes_versions_resumption_and_alpn(read: Read) -> None:
    ssl = read("browsing.pcap").ssl.filter(proto="tcp")
    versions = dict(ssl.group_by("version").len().iter_rows())
    assert set(versions) == {"TLSv12", "TLSv13"}
    assert min(versions.values()) > 10
    assert 0.3 < sum(ssl["resumed"]) / ssl.height < 0.9
    assert set(ssl.filter(version="TLSv12")["next_protocol"]) == {"h2", "http/1.1"}


def test_browsed_servers_have_a_name_that_dns_answered_with_their_address(read: Read) -> None:
    logs = read("browsing.pcap")
    names = named_in_dns(logs)
    pairs = logs.ssl.select("server_name", "id.resp_h").unique().rows()
    assert all(address in names[name] for name, address in pairs)


def test_browsing_also_uses_quic(read: Read) -> None:
    udp = read("browsing.pcap").conn.filter(pl.col("proto") == "udp", pl.col("id.resp_p") == 443)
    assert udp.height >= 2
    assert min(udp["resp_bytes"]) > 3000


def test_browsed_certificates_are_signed_by_an_authority_and_fit_the_name(read: Read) -> None:
    logs = read("browsing.pcap")
    full = logs.ssl.filter(proto="tcp").filter(~RESUMED_OR_1_3)
    assert full["cert_chain_fps"].list.len().to_list() == [2] * full.height
    leaves = full.with_columns(fingerprint=pl.col("cert_chain_fps").list.first()).join(
        logs.x509, on="fingerprint"
    )
    assert leaves["server_name"].n_unique() >= 7
    assert (leaves["certificate.subject"] != leaves["certificate.issuer"]).all()
    fits = leaves.select(pl.col("san.dns").list.contains(pl.col("server_name")))
    assert fits.to_series().all()


def test_the_beacon_calls_every_minute_without_a_name(read: Read) -> None:
    logs = read("beacon.pcap")
    calls = logs.ssl.filter(pl.col("id.resp_h") == "203.0.113.66").sort("ts")
    assert calls.height == 30
    assert set(calls["id.orig_h"]) == {"192.168.1.66"}
    assert set(calls["version"]) == {"TLSv12"}
    assert calls["server_name"].null_count() == 30
    assert not calls["resumed"].any()
    intervals = calls["ts"].diff().drop_nulls()
    assert intervals.is_between(57.9, 62.1).all()
    assert not any("203.0.113.66" in addresses for addresses in named_in_dns(logs).values())


def test_the_beacons_server_has_one_self_signed_certificate(read: Read) -> None:
    logs = read("beacon.pcap")
    calls = logs.ssl.filter(pl.col("id.resp_h") == "203.0.113.66")
    (chain,) = {tuple(chain) for chain in calls["cert_chain_fps"]}
    (fingerprint,) = chain
    certificate = logs.x509.filter(fingerprint=fingerprint)
    assert certificate["certificate.subject"][0] == certificate["certificate.issuer"][0]
    assert certificate["san.dns"][0] is None


def test_the_host_with_the_beacon_also_browses(read: Read) -> None:
    ssl = read("beacon.pcap").ssl.filter(pl.col("id.resp_h") != "203.0.113.66")
    assert set(ssl["id.orig_h"]) == {"192.168.1.66"}
    assert ssl["server_name"].n_unique() >= 5
    assert ssl["server_name"].null_count() == 0


def test_the_tls_1_3_server_shows_no_certificate(read: Read) -> None:
    logs = read("tls13.pcapng")
    assert set(logs.ssl["version"]) == {"TLSv13"}
    assert set(logs.ssl["id.resp_h"]) == {"198.51.100.13"}
    assert set(logs.ssl["server_name"]) == {"notes.private.example"}
    assert logs.ssl["resumed"].to_list() == [False] + [True] * (logs.ssl.height - 1)
    assert logs.x509.is_empty()


def test_the_ipv6_capture_has_no_ipv4_address(read: Read) -> None:
    logs = read("ipv6.pcap")
    addresses = {*logs.conn["id.orig_h"], *logs.conn["id.resp_h"]}
    assert all(address.startswith("2001:db8:") for address in addresses)
    assert set(logs.ssl["version"]) == {"TLSv12", "TLSv13"}
    names = named_in_dns(logs)
    pairs = logs.ssl.select("server_name", "id.resp_h").unique().rows()
    assert len(pairs) == 3
    assert all(address in names[name] for name, address in pairs)
