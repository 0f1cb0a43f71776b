from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from module3.web_attacks import attacking

NONE = [0] * 4
FLOW: dict[str, Any] = {
    "Src IP": "10.0.0.1",
    "Src Port": 40000,
    "Dst IP": "192.0.2.7",
    "Dst Port": 8080,
    "TotLen Fwd Pkts": 500,
    "TotLen Bwd Pkts": 900,
    "HTTP Replies": 0,
    "HTTP Passwords": 0,
    "HTTP Credentials": 0,
    "HTTP Scripts": 0,
    "HTTP SQL": 0,
    "HTTP Latest Scripts": NONE,
    "HTTP Latest SQL": NONE,
}
PASSWORD: dict[str, Any] = {"HTTP Passwords": 1}
START = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = {"HTTP Latest Scripts": pl.Array(pl.UInt32, 4), "HTTP Latest SQL": pl.Array(pl.UInt32, 4)}


def flows(count: int, pause: float = 2.0, begin: float = 0.0, **changed: Any) -> pl.DataFrame:
    """Return flows of one client to one server, a pause in seconds between their starts."""
    times = [START + timedelta(seconds=begin + pause * number) for number in range(count)]
    rows = [{**FLOW, **changed, "Timestamp": at} for at in times]
    return pl.DataFrame(rows, schema_overrides=SCHEMA)


def injected(
    count: int, kind: str = "SQL", pause: float = 2.0, begin: float = 0.0, different: int = 1 << 16
) -> pl.DataFrame:
    """Return flows with a request each with code, some of them with the same."""
    numbers = [[1 + number % different, 0, 0, 0] for number in range(count)]
    latest = pl.Series(f"HTTP Latest {kind}", numbers, pl.Array(pl.UInt32, 4))
    return flows(count, pause, begin, **{f"HTTP {kind}": 1}).with_columns(latest)


def of_one(count: int) -> pl.DataFrame:
    """Return a flow with so many requests with scripts."""
    return flows(1, **{"HTTP Scripts": count, "HTTP Latest Scripts": [1, 2, 3, 4]})


def classes(table: pl.DataFrame) -> list[str | None]:
    found: list[str | None] = attacking(table)["guessed"].to_list()
    return found


def requests(count: int, different: int, pause: float = 2.0) -> pl.DataFrame:
    """Return flows with one password each, some of them the same."""
    numbers = [number % different for number in range(count)]
    table = flows(count, pause, **PASSWORD)
    return table.with_columns(pl.Series("HTTP Credentials", numbers))


def test_different_passwords_sent_again_and_again() -> None:
    form, other = flows(1, **{"HTTP Replies": 1}), flows(1)
    table = pl.concat([requests(12, 12), form, other])
    assert classes(table) == [*["Brute Force -Web"] * 13, None]
    assert (
        attacking(table)["evidence"][0]
        == "12 different passwords sent over HTTP by 10.0.0.1 to 192.0.2.7 port 8080"
    )


def test_different_passwords_in_one_connection() -> None:
    assert classes(flows(1, **{"HTTP Passwords": 10})) == ["Brute Force -Web"]


@pytest.mark.parametrize(
    "table",
    [requests(9, 9), requests(60, 2), requests(60, 60, 500.0)],
    ids=["a few", "the same", "users of a day"],
)
def test_what_is_no_guessing_over_http(table: pl.DataFrame) -> None:
    assert classes(table) == [None] * len(table)


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (requests(12, 12, 60.0), requests(12, 12, 61.0)),
        (injected(3), injected(2)),
        (injected(5, "Scripts"), injected(4, "Scripts")),
        (injected(9, different=3), injected(9, different=2)),
        (injected(9, pause=600.0), injected(9, pause=601.0)),
        (of_one(5), of_one(4)),
    ],
    ids=["seconds between passwords", "SQL", "scripts", "different", "seconds between", "in one"],
)
def test_where_attacks_begin(within: pl.DataFrame, beyond: pl.DataFrame) -> None:
    assert None not in classes(within)
    assert classes(beyond) == [None] * len(beyond)


def test_what_was_counted_is_told() -> None:
    told = attacking(pl.concat([injected(9), injected(31, "Scripts", begin=600.0)]))["evidence"]
    assert told.unique(maintain_order=True).to_list() == [
        "9 different requests with SQL injection from 10.0.0.1 to 192.0.2.7 port 8080",
        "31 different requests with script injection from 10.0.0.1 to 192.0.2.7 port 8080",
    ]


def test_code_in_one_connection_counts_beyond_the_latest() -> None:
    (told,) = attacking(of_one(300))["evidence"]
    assert told.startswith("300 different requests with script injection")


def test_the_same_code_in_many_connections_is_one() -> None:
    again = flows(50, **{"HTTP Scripts": 2, "HTTP Latest Scripts": [7, 8, 0, 0]})
    assert classes(again) == [None] * 50


def test_one_client_after_another_attack() -> None:
    table = pl.concat(
        [requests(40, 40), injected(20, "Scripts", begin=600.0), injected(6, begin=1200.0)]
    )
    told = [*["Brute Force -Web"] * 40, *["Brute Force -XSS"] * 20, *["SQL Injection"] * 6]
    assert classes(table) == told
    assert classes(table.reverse()) == told[::-1]


def test_sql_in_a_login_form_and_a_list_of_passwords_with_sql() -> None:
    assert set(classes(pl.concat([injected(40, pause=1.0), requests(12, 12)]))) == {"SQL Injection"}
    table = pl.concat([injected(4, pause=1.0), requests(25, 25)])
    assert set(classes(table)) == {"Brute Force -Web"}


def test_requests_for_pages_belong_to_the_attack_near_them() -> None:
    page: dict[str, Any] = {"HTTP Replies": 1}
    near, far = flows(1, begin=500.0, **page), flows(1, begin=3600.0, **page)
    other, no_http = flows(1, **{**page, "Src IP": "10.0.0.2"}), flows(1)
    unused = flows(1, **{"TotLen Fwd Pkts": 0, "TotLen Bwd Pkts": 0})
    table = pl.concat([injected(4), near, unused, far, other, no_http])
    assert classes(table) == [*["SQL Injection"] * 6, None, None, None]


def test_the_server_with_the_low_port_that_seemed_first() -> None:
    turned = {"Src IP": "192.0.2.7", "Src Port": 80, "Dst IP": "10.0.0.1", "HTTP SQL": 1}
    rows = [flows(1, **turned, **{"Dst Port": port}) for port in range(40000, 40003)]
    rows = [
        row.with_columns(pl.Series("HTTP Latest SQL", [[at, 0, 0, 0]], pl.Array(pl.UInt32, 4)))
        for at, row in enumerate(rows, 1)
    ]
    assert classes(pl.concat(rows)) == ["SQL Injection"] * 3


def test_no_flows() -> None:
    assert attacking(flows(1).clear()).is_empty()
