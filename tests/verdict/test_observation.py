from dataclasses import replace

import polars as pl

from capture.logs import Logs, empty_table
from verdict.document import ServerKey
from verdict.observation import Observation, observe
from verdict.scoring import score

from .synthetic import (
    BEACON,
    BEACON_LEAF,
    CLIENT,
    HIDDEN,
    SITE,
    SITE_LEAF,
    START,
    sample_logs,
    stub_models,
)


def observed(logs: Logs, server: str) -> Observation:
    seen = observe(logs, score(logs, stub_models()).connections)
    return seen[ServerKey(CLIENT, server, 443, "tcp")]


def test_connections_with_their_certificates() -> None:
    seen = observed(sample_logs(), BEACON)
    assert [connection.uid for connection in seen.connections] == [f"Cb{n}" for n in range(6)]
    leaf = seen.connections[0].leaf
    assert leaf is not None
    assert (leaf.fingerprint, leaf.key_length) == (BEACON_LEAF, 2048)
    assert leaf.names == {"localhost"}
    assert seen.starts == tuple(START + 60 * n for n in range(6))


def test_names_of_a_certificate_are_its_dns_names_and_common_name() -> None:
    leaf = observed(sample_logs(), SITE).connections[0].leaf
    assert leaf is not None
    assert leaf.names == {"*.example.com", "www.example.com"}


def test_addresses_of_a_certificate_are_its_alternative_ones() -> None:
    logs = sample_logs()
    addressed = logs.x509.with_columns(pl.lit(["1.1.1.1", "2001:db8::1"]).alias("san.ip"))
    leaf = observed(replace(logs, x509=addressed), SITE).connections[0].leaf
    assert leaf is not None
    assert leaf.addresses == {"1.1.1.1", "2001:db8::1"}


def test_certificate_without_a_row_is_known_by_its_fingerprint() -> None:
    logs = replace(sample_logs(), x509=empty_table("x509"))
    leaf = observed(logs, SITE).connections[0].leaf
    assert leaf is not None
    assert (leaf.fingerprint, leaf.subject, leaf.names) == (SITE_LEAF, None, None)


def test_shown_to_the_database_are_fingerprints_names_and_sni() -> None:
    shown = observed(sample_logs(), SITE).connections[0].shown()
    assert (shown.sha256, shown.sha1) == (SITE_LEAF, SITE_LEAF[:40])
    assert (shown.subject, shown.sni) == ("CN=www.example.com", "www.example.com")


def test_identifier_of_old_logs_is_no_fingerprint() -> None:
    logs = sample_logs()
    old = logs.ssl.with_columns(cert_chain_fps=pl.lit(["FmEcyq1VTdKzOFXJ0b"]))
    assert observed(replace(logs, ssl=old), SITE).connections[0].shown().sha256 is None


def test_history_tells_whose_messages_were_captured() -> None:
    logs = sample_logs()
    half = replace(logs, ssl=logs.ssl.with_columns(ssl_history=pl.lit("sxknti")))
    connections = [observed(each, BEACON).connections[0] for each in (logs, half)]
    assert [each.may_name_server for each in connections] == [True, False]
    assert [each.only_from_server for each in connections] == [False, True]


def test_dns_answers_name_servers() -> None:
    logs = sample_logs()
    assert observed(logs, SITE).named_by_dns is True
    assert observed(logs, HIDDEN).named_by_dns is True
    assert observed(logs, BEACON).named_by_dns is False
    assert observed(replace(logs, dns=empty_table("dns")), BEACON).named_by_dns is None


def test_names_asked_for_in_dns_are_sorted_and_each_once() -> None:
    logs = sample_logs()
    other = logs.dns.with_columns(query=pl.lit("a.example"))
    unnamed = logs.dns.with_columns(query=pl.lit(None, pl.String))
    several = replace(logs, dns=pl.concat([logs.dns, other, logs.dns, unnamed]))
    assert observed(several, SITE).dns_names == ("a.example", "www.example.com")
    assert observed(several, BEACON).dns_names == ()


def test_flows_of_other_rows_do_not_count() -> None:
    logs = sample_logs()
    elsewhere = logs.conn.filter(pl.col("id.resp_h") == BEACON).with_columns(
        pl.lit(80, pl.Int64).alias("id.resp_p"), missed_bytes=pl.lit(7, pl.Int64)
    )
    seen = observed(replace(logs, conn=logs.conn.vstack(elsewhere)), BEACON)
    assert (len(seen.starts), seen.missed_bytes) == (6, 0)


def test_starts_are_in_order_of_time_whatever_that_of_the_log() -> None:
    logs = sample_logs()
    turned = observed(replace(logs, conn=logs.conn.reverse()), BEACON)
    assert turned.starts == observed(logs, BEACON).starts


def test_missing_bytes_are_summed() -> None:
    logs = sample_logs()
    conn = logs.conn.with_columns(missed_bytes=pl.lit(100, dtype=pl.Int64))
    assert observed(replace(logs, conn=conn), BEACON).missed_bytes == 600


def test_rows_without_conn_have_no_starts() -> None:
    logs = replace(sample_logs(), conn=empty_table("conn"))
    assert observed(logs, BEACON).starts == ()
