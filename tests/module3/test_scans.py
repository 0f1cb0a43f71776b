from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from module3.scans import SCATTERED, scanning

TRY: dict[str, Any] = {
    "Src IP": "10.0.0.1",
    "Src Port": 40000,
    "Dst IP": "192.0.2.7",
    "Dst Port": 80,
    "TotLen Fwd Pkts": 0,
    "TotLen Bwd Pkts": 0,
    "Tried": True,
    "Accepted": False,
}
TALK: dict[str, Any] = {"TotLen Fwd Pkts": 80, "TotLen Bwd Pkts": 900, "Tried": False}
START = datetime(2026, 1, 1, tzinfo=UTC)


def flows(rows: list[dict[str, Any]], pause: float = 1.0) -> pl.DataFrame:
    """Return flows that differ from TRY in what is given, a pause in seconds between them."""
    return pl.DataFrame(
        [
            {**TRY, **row, "Timestamp": START + timedelta(seconds=pause * number)}
            for number, row in enumerate(rows)
        ]
    )


def ports(count: int, first: int = 1, **changed: Any) -> list[dict[str, Any]]:
    return [{"Dst Port": first + number, **changed} for number in range(count)]


def servers(
    count: int, port: int = 80, first: int = 0, network: str = "192.0.2.", **changed: Any
) -> list[dict[str, Any]]:
    return [
        {"Dst IP": f"{network}{first + number}", "Dst Port": port, **changed}
        for number in range(count)
    ]


def scattered(count: int, port: int) -> list[dict[str, Any]]:
    """Return tries at servers of as many networks."""
    return [{"Dst IP": f"198.51.{number}.7", "Dst Port": port} for number in range(count)]


def named(table: pl.DataFrame) -> int:
    """Return how many flows are those of a scan."""
    found = scanning(table)
    classes = found["guessed"].drop_nulls()
    assert set(classes) <= {"Infilteration"}
    assert found.height == table.height
    return len(classes)


def evidence(table: pl.DataFrame) -> list[str]:
    return scanning(table)["evidence"].drop_nulls().unique(maintain_order=True).to_list()


def test_many_ports_of_a_server() -> None:
    opened = [{"Dst Port": 2001, "Accepted": True}, {"Dst Port": 2002, "Accepted": True}]
    table = flows([*ports(998), *opened])
    assert named(table) == 1000
    assert evidence(table) == [
        "10.0.0.1 tried 1,000 ports of 192.0.2.7, 998 of them refused or silent"
    ]


def test_a_port_of_many_servers() -> None:
    table = flows([*servers(30), *servers(5, first=100, Accepted=True)])
    assert named(table) == 35
    assert evidence(table) == ["10.0.0.1 tried port 80 of 35 servers, 30 of them refused or silent"]


def test_each_server_of_a_network_has_its_own_ports() -> None:
    both = [each for port in range(1, 31) for each in servers(3, port=port)]
    table = flows(both)
    assert named(table) == 90
    assert [text.split(" of ")[1] for text in evidence(table)] == [
        f"192.0.2.{last}, 30" for last in range(3)
    ]


def test_flows_that_carried_something_keep_their_class() -> None:
    table = flows([*ports(30), {"Dst Port": 5, **TALK}, {"Dst IP": "192.0.2.8"}])
    assert scanning(table)["guessed"].to_list() == [*["Infilteration"] * 30, None, None]


def test_the_order_of_the_flows_does_not_matter() -> None:
    table = flows([*ports(30), *servers(25, port=9000)])
    turned = table.with_row_index("place").sample(fraction=1, shuffle=True, seed=1)
    expected = table.hstack(scanning(table))
    found = turned.hstack(scanning(turned.drop("place"))).sort("place").drop("place")
    assert found.equals(expected)
    assert named(table) == 55


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (flows(ports(20)), flows(ports(19))),
        (flows(ports(20), 60.0), flows(ports(20), 61.0)),
        (flows(ports(20, first=1019)), flows(ports(20, first=1020))),
        (flows(ports(100, first=1024)), flows(ports(99, first=1024))),
        (
            flows([*ports(20), *ports(20, first=21, Accepted=True)]),
            flows([*ports(20), *ports(21, first=21, Accepted=True)]),
        ),
        (flows(ports(20) * 5), flows(ports(20) * 6)),
        (flows(servers(20)), flows(servers(19))),
        (flows(servers(20), 60.0), flows(servers(20), 61.0)),
        (
            flows([*servers(20), *servers(20, first=20, Accepted=True)]),
            flows([*servers(20), *servers(21, first=20, Accepted=True)]),
        ),
        (flows(servers(20) * 5), flows(servers(20) * 6)),
        (flows(scattered(20, 445)), flows(scattered(19, 445))),
        (
            flows(servers(20, network="2001:db8::")),
            flows(servers(10, network="2001:db8::") + servers(10, network="2001:db8:1::")),
        ),
    ],
    ids=[
        "ports",
        "seconds between ports",
        "low ports",
        "high ports alone",
        "share of ports refused",
        "tries of a port",
        "servers",
        "seconds between servers",
        "share of servers refused",
        "tries of a server",
        "servers of several networks",
        "servers of an IPv6 network",
    ],
)
def test_where_a_scan_begins(within: pl.DataFrame, beyond: pl.DataFrame) -> None:
    assert named(within) == len(within)
    assert named(beyond) == 0


@pytest.mark.parametrize("port", SCATTERED)
def test_logins_and_shares_are_scanned_wherever_the_servers_are(port: int) -> None:
    assert named(flows(scattered(25, port))) == 25


@pytest.mark.parametrize(
    "table",
    [
        flows([*ports(150, first=20000), {"Dst Port": 21, **TALK}]),
        flows(scattered(200, 443)),
        flows([{"Dst IP": f"198.51.{n}.7", "Dst Port": 2000 + n % 40} for n in range(200)]),
        flows([*servers(20), *[{**each, **TALK} for each in servers(30, first=100)]]),
        flows([*servers(100, port=22), *[{**each, **TALK} for each in servers(90, port=22)]]),
        flows(ports(4) * 100),
        flows([{**each, **TALK} for each in ports(50)]),
        flows(ports(30, **{"Src IP": "10.0.0.2"})[:15] + ports(15, first=16)),
    ],
    ids=[
        "passive FTP that a firewall stops",
        "sites while the network is lost",
        "peers on many ports",
        "a crawler that finds most",
        "servers that answered before",
        "a few ports again and again",
        "connections that succeed",
        "two clients",
    ],
)
def test_what_is_no_scan(table: pl.DataFrame) -> None:
    assert named(table) == 0


def test_a_scan_that_begins_again_is_counted_by_itself() -> None:
    later = flows(ports(25, first=100)).with_columns(pl.col("Timestamp") + timedelta(hours=1))
    texts = evidence(pl.concat([flows(ports(30)), later]))
    assert [text.split(" tried ")[1].split(" ")[0] for text in texts] == ["30", "25"]


def test_no_flows() -> None:
    found = scanning(flows(ports(1)).clear())
    assert found.is_empty()
    assert found.columns == ["guessed", "evidence"]
