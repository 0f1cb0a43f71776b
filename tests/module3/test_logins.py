from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from module3.logins import guessing

FLOW: dict[str, Any] = {
    "Src IP": "10.0.0.1",
    "Src Port": 40000,
    "Dst IP": "192.0.2.7",
    "Dst Port": 2222,
    "TotLen Fwd Pkts": 1600,
    "TotLen Bwd Pkts": 2250,
    "SSH Banners": 0,
    "SSH Refusals": 0,
    "SSH Logins": 0,
    "FTP Refusals": 0,
    "FTP Logins": 0,
    "HTTP Replies": 0,
    "HTTP Refusals": 0,
}
REFUSED: dict[str, Any] = {"SSH Banners": 2, "SSH Refusals": 3}
START = datetime(2026, 1, 1, tzinfo=UTC)


def flows(count: int, pause: float = 2.0, **changed: Any) -> pl.DataFrame:
    """Return flows of one client to one server, a pause in seconds between their starts."""
    times = [START + timedelta(seconds=pause * number) for number in range(count)]
    return pl.DataFrame([{**FLOW, **changed, "Timestamp": at} for at in times])


def classes(table: pl.DataFrame) -> list[str | None]:
    found: list[str | None] = guessing(table)["guessed"].to_list()
    return found


def test_short_ssh_connections_one_after_another() -> None:
    table = flows(9, **REFUSED)
    assert classes(table) == ["SSH-Bruteforce"] * 9
    assert set(guessing(table)["evidence"]) == {
        "9 short SSH connections from 10.0.0.1 to 192.0.2.7 port 2222"
    }


@pytest.mark.parametrize(
    "table",
    [
        flows(3, **REFUSED),
        flows(9, 3600.0, **REFUSED),
        flows(9, **{**REFUSED, "TotLen Bwd Pkts": 80_000}),
        flows(9),
        flows(9, **{"SSH Banners": 2}),
        flows(9, **{**REFUSED, "SSH Logins": 1}),
    ],
    ids=["a few", "one an hour", "large sessions", "not SSH", "no login tried", "short sessions"],
)
def test_what_is_no_guessing_of_ssh_passwords(table: pl.DataFrame) -> None:
    assert classes(table) == [None] * len(table)


def test_patient_guessing_needs_more_refusals() -> None:
    assert classes(flows(20, 500.0, **REFUSED)) == ["SSH-Bruteforce"] * 20
    assert classes(flows(19, 500.0, **REFUSED)) == [None] * 19
    assert classes(flows(20, 700.0, **REFUSED)) == [None] * 20


def test_sessions_beside_the_guesses_keep_their_own_class() -> None:
    session = flows(1, **{**REFUSED, "TotLen Bwd Pkts": 80_000})
    found = classes(pl.concat([flows(5, **REFUSED), session]))
    assert found == [*["SSH-Bruteforce"] * 5, None]


def test_logins_of_a_few_clients_are_not_added_up() -> None:
    clients = [flows(1, **{**REFUSED, "Src IP": f"10.0.0.{last}"}) for last in range(1, 10)]
    assert classes(pl.concat(clients)) == [None] * 9


def test_many_clients_refused_by_one_server_and_one_client_by_many_servers() -> None:
    clients = [flows(1, **REFUSED, **{"Src IP": f"10.0.0.{last}"}) for last in range(10)]
    servers = [flows(1, **REFUSED, **{"Dst IP": f"192.0.2.{last}"}) for last in range(10)]
    assert classes(pl.concat(clients)) == ["SSH-Bruteforce"] * 10
    assert classes(pl.concat(servers)) == ["SSH-Bruteforce"] * 10
    assert set(guessing(pl.concat(servers))["evidence"]) == {
        "10 refused SSH logins from 10.0.0.1 to port 2222 of several servers"
    }


def test_flows_of_which_the_beginning_was_missed() -> None:
    turned = {"Src IP": "192.0.2.7", "Src Port": 22, "Dst IP": "10.0.0.1"}
    ports = [flows(1, **REFUSED, **turned, **{"Dst Port": port}) for port in range(40000, 40005)]
    assert set(guessing(pl.concat(ports))["evidence"]) == {
        "5 short SSH connections from 10.0.0.1 to 192.0.2.7 port 22"
    }


def test_ftp_logins_that_were_refused() -> None:
    transfer = flows(1, **{"TotLen Bwd Pkts": 80_000})
    table = pl.concat([flows(2, **{"FTP Refusals": 3}), flows(1), transfer])
    assert classes(table) == [*["FTP-BruteForce"] * 3, None]
    assert (
        guessing(table)["evidence"][0]
        == "6 FTP logins from 10.0.0.1 refused by 192.0.2.7 port 2222"
    )


def test_a_connection_with_more_refusals_than_a_short_one_holds() -> None:
    found = classes(flows(1, **{"FTP Refusals": 300, "TotLen Bwd Pkts": 17_000}))
    assert found == ["FTP-BruteForce"]


def test_ftp_logins_that_mostly_succeed() -> None:
    assert classes(flows(9, **{"FTP Refusals": 1, "FTP Logins": 1})) == [None] * 9


def test_somebody_who_mistyped_a_password() -> None:
    assert classes(flows(1, **{"FTP Refusals": 4})) == [None]


def test_http_requests_that_were_refused() -> None:
    table = flows(12, **{"HTTP Refusals": 1})
    assert classes(table) == ["Brute Force -Web"] * 12


def test_a_site_that_asks_for_a_password_and_gets_it() -> None:
    assert classes(flows(12, **{"HTTP Refusals": 1, "HTTP Replies": 1})) == [None] * 12


def of_both(refused: int, let_in: int, *columns: str) -> pl.DataFrame:
    """Return flows with one refused login each, then flows with one that was let in."""
    first, second = columns
    return pl.concat([flows(refused, **{first: 1}), flows(let_in, **{second: 1})])


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (flows(4, **REFUSED), flows(3, **REFUSED)),
        (flows(9, 60.0, **REFUSED), flows(9, 61.0, **REFUSED)),
        (flows(20, 600.0, **REFUSED), flows(20, 601.0, **REFUSED)),
        (
            flows(9, **{**REFUSED, "TotLen Fwd Pkts": 5000, "TotLen Bwd Pkts": 5000}),
            flows(9, **{**REFUSED, "TotLen Fwd Pkts": 5001}),
        ),
        (flows(5, **{"FTP Refusals": 1}), flows(4, **{"FTP Refusals": 1})),
        (of_both(7, 3, "FTP Refusals", "FTP Logins"), of_both(7, 4, "FTP Refusals", "FTP Logins")),
        (flows(10, **{"HTTP Refusals": 1}), flows(9, **{"HTTP Refusals": 1})),
        (
            of_both(18, 2, "HTTP Refusals", "HTTP Replies"),
            of_both(18, 3, "HTTP Refusals", "HTTP Replies"),
        ),
    ],
    ids=[
        "SSH logins",
        "seconds between",
        "seconds between many",
        "bytes of a login",
        "FTP refusals",
        "share of FTP logins",
        "HTTP refusals",
        "share of HTTP replies",
    ],
)
def test_where_guessing_begins(within: pl.DataFrame, beyond: pl.DataFrame) -> None:
    assert None not in classes(within)
    assert classes(beyond) == [None] * len(beyond)


def test_the_server_is_the_one_with_the_low_port() -> None:
    turned = {"Src IP": "192.0.2.7", "Src Port": 1023, "Dst IP": "10.0.0.1"}
    low = [flows(1, **REFUSED, **turned, **{"Dst Port": 1024 + each}) for each in range(4)]
    assert classes(pl.concat(low)) == ["SSH-Bruteforce"] * 4
    high = [table.with_columns(pl.lit(1024).alias("Src Port")) for table in low]
    assert classes(pl.concat(high)) == [None] * 4


def test_no_flows() -> None:
    assert guessing(flows(1).clear()).is_empty()
