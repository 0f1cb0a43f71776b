from dataclasses import replace

import polars as pl
import pytest

from capture.logs import empty_table
from verdict.final import DETECTORS, Combination
from verdict.scoring import score

from .synthetic import BEACON, HIDDEN, SITE, connection, sample_logs, stub_models, table


def test_module1_of_a_server_is_the_mean_over_its_connections() -> None:
    logs = sample_logs()
    named = pl.when(pl.col("uid") == "Cb0").then(pl.lit("a.example"))
    mixed = replace(
        logs, ssl=logs.ssl.with_columns(named.otherwise("server_name").alias("server_name"))
    )
    servers = score(mixed, stub_models()).servers
    probability = servers.filter(server=BEACON)["module1"].item()
    assert probability == pytest.approx((0.1 + 5 * 0.9) / 6)


def test_servers_are_in_order_of_final() -> None:
    scored = score(sample_logs(), stub_models())
    assert scored.servers["server"].to_list() == [BEACON, SITE, HIDDEN]
    assert scored.servers["final"].is_sorted(descending=True)
    assert scored.servers["order"].to_list() == [0, 1, 2]


def test_quic_and_tcp_to_one_port_are_two_servers() -> None:
    logs = sample_logs()
    quic = connection("Cq0", SITE, 1_790_000_100.0, version="TLSv13")
    udp = {**quic, "proto": "udp"}
    both = replace(
        logs,
        conn=logs.conn.vstack(table("conn", [udp])),
        ssl=logs.ssl.vstack(table("ssl", [udp])),
    )
    rows = score(both, stub_models()).servers.filter(server=SITE).sort("proto")
    assert rows["proto"].to_list() == ["tcp", "udp"]
    assert rows["module1"].to_list() == pytest.approx([0.1, 0.9])


def test_logs_without_protocol_count_as_tcp() -> None:
    logs = sample_logs()
    ssl = logs.ssl.with_columns(proto=pl.lit(None, dtype=pl.String))
    scored = score(replace(logs, ssl=ssl, conn=empty_table("conn")), stub_models())
    assert scored.connections["proto"].unique().to_list() == ["tcp"]
    assert scored.servers["module1"].null_count() == 0


class NotANumber:
    """Stands for a model of connections, or of servers, that cannot tell."""

    threshold = 0.5

    def __init__(self, *names: str) -> None:
        self.names = names

    def score(self, rows: pl.DataFrame) -> pl.Series | pl.DataFrame:
        unknown = [pl.Series(name, [float("nan")] * len(rows)) for name in self.names]
        return pl.DataFrame(unknown) if len(unknown) > 1 else unknown[0]


def test_what_is_no_number_is_no_probability() -> None:
    unknown = replace(
        stub_models(),
        connection=NotANumber("score"),
        server=NotANumber("random_forest", "gbdt"),
    )
    scored = score(sample_logs(), unknown)
    assert scored.connections["probability"].null_count() == len(scored.connections)
    for name in (*DETECTORS, "final"):
        assert scored.servers[name].null_count() == len(scored.servers)


def test_rows_that_final_cannot_tell_come_last_in_order_of_their_key() -> None:
    servers = score(sample_logs(), replace(stub_models(), final=Combination({}, 0.5))).servers
    assert servers["server"].to_list() == sorted([BEACON, SITE, HIDDEN])


def test_nothing_is_nothing() -> None:
    logs = sample_logs()
    nothing = replace(logs, **{name: empty_table(name) for name in ("conn", "ssl", "x509", "dns")})
    scored = score(nothing, stub_models())
    assert (len(scored.connections), len(scored.servers)) == (0, 0)
