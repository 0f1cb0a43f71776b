from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from module3.vain_logins import vain_logins

TRY: dict[str, Any] = {
    "Src IP": "10.0.0.1",
    "Dst IP": "192.0.2.7",
    "Dst Port": 21,
    "TotLen Fwd Pkts": 0,
    "TotLen Bwd Pkts": 0,
    "Tried": True,
    "Accepted": False,
}
START = datetime(2026, 1, 1, tzinfo=UTC)


def tries(count: int, pause: float = 0.05, begin: float = 0.0, **changed: Any) -> pl.DataFrame:
    """Return refused connections of a client, a pause in seconds between their starts."""
    times = [START + timedelta(seconds=begin + pause * number) for number in range(count)]
    rows = [{"Src Port": 40000 + number, "Timestamp": at} for number, at in enumerate(times)]
    return pl.DataFrame([{**TRY, **row, **changed} for row in rows])


def classes(table: pl.DataFrame) -> list[str | None]:
    found: list[str | None] = vain_logins(table)["guessed"].to_list()
    return found


def test_logins_at_closed_ports() -> None:
    ssh = tries(60, **{"Dst Port": 22})
    found = vain_logins(pl.concat([tries(200), ssh]))
    assert found["guessed"].to_list() == [*["FTP-BruteForce"] * 200, *["SSH-Bruteforce"] * 60]
    assert found["evidence"].unique(maintain_order=True).to_list() == [
        "200 connections refused or unanswered, from 10.0.0.1 to 192.0.2.7 port 21",
        "60 connections refused or unanswered, from 10.0.0.1 to 192.0.2.7 port 22",
    ]


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (tries(30), tries(29)),
        (tries(60, 0.5), tries(60, 0.51)),
        (tries(60, 0.0011), tries(60, 0.0009)),
        (tries(60), tries(60, **{"Dst Port": 23})),
        (tries(60), tries(60, **{"Accepted": True})),
        (tries(60), tries(60, **{"Tried": False})),
    ],
    ids=["tries", "seconds between", "a flood", "port", "accepted", "no try"],
)
def test_where_logins_in_vain_begin(within: pl.DataFrame, beyond: pl.DataFrame) -> None:
    assert None not in classes(within)
    assert classes(beyond) == [None] * len(beyond)


def test_whoever_waits_for_a_server_is_answered_in_the_end() -> None:
    table = pl.concat([tries(100), tries(1, **{"Tried": False, "Accepted": True})])
    assert classes(table) == [None] * 101


def thrice(count: int, pause: float) -> pl.DataFrame:
    """Return so many connections as Windows asks for, three tries each from one port."""
    asked = [
        tries(3, 0.49, pause * number, **{"Src Port": 50000 + number, "Dst Port": 22})
        for number in range(count)
    ]
    return pl.concat(asked).sort("Timestamp")


def test_windows_calls_a_closed_port_three_times() -> None:
    assert classes(thrice(40, 60.0)) == [None] * 120
    guessed = vain_logins(thrice(40, 0.2))
    assert guessed["guessed"].to_list() == ["SSH-Bruteforce"] * 120
    assert guessed["evidence"][0].startswith("40 connections refused")


def test_tries_of_several_servers_are_not_added_up() -> None:
    servers = [tries(20, **{"Dst IP": f"192.0.2.{last}"}) for last in range(1, 4)]
    assert classes(pl.concat(servers)) == [None] * 60


def test_no_flows() -> None:
    assert vain_logins(tries(1).clear()).is_empty()
