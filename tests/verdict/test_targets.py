from dataclasses import replace

import polars as pl
import pytest

from verdict.scoring import score
from verdict.targets import busiest_servers, is_known, roles

from .synthetic import BEACON, CLIENT, HIDDEN, PLAIN, SITE, sample_logs, stub_models


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (BEACON, ("server",)),
        (CLIENT, ("client",)),
        (PLAIN, ("server",)),
        ("192.0.2.200", ("server",)),
    ],
)
def test_role_of_an_address(address: str, expected: tuple[str, ...]) -> None:
    logs = sample_logs()
    assert roles(logs, score(logs, stub_models()).servers, address) == expected


def test_role_without_tls_is_that_in_other_connections() -> None:
    logs = sample_logs()
    is_plain = pl.col("id.resp_h") == PLAIN
    ends = {"id.orig_h": "id.resp_h", "id.resp_h": "id.orig_h"}
    turned = logs.conn.filter(is_plain).rename(ends).select(logs.conn.columns)
    others = logs.conn.filter(~is_plain)
    for conn, role in ((others.vstack(turned), "client"), (logs.conn.vstack(turned), "server")):
        without_tls = replace(logs, conn=conn, ssl=logs.ssl.clear())
        servers = score(without_tls, stub_models()).servers
        assert roles(without_tls, servers, PLAIN) == (role,)


def test_address_that_only_the_tls_log_has_is_known() -> None:
    logs = sample_logs()
    another = pl.when(uid="Cs0").then(pl.lit("10.0.0.9")).otherwise("id.orig_h")
    ssl = logs.ssl.with_columns(another.alias("id.orig_h"))
    tls_alone = replace(logs, conn=logs.conn.clear(), ssl=ssl)
    found = [is_known(tls_alone, address) for address in (BEACON, CLIENT, "10.0.0.9", PLAIN)]
    assert found == [True, True, True, False]


@pytest.mark.parametrize(
    ("address", "known"), [(PLAIN, True), (CLIENT, True), ("192.0.2.9", False)]
)
def test_address_is_in_a_capture(address: str, known: bool) -> None:
    assert is_known(sample_logs(), address) is known


def test_servers_with_most_connections() -> None:
    assert busiest_servers(sample_logs(), 2) == [(BEACON, 6), (SITE, 2)]
    assert busiest_servers(sample_logs(), 10)[2:] == [(HIDDEN, 1)]
