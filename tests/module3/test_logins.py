from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from module3.logins import guessing

FLOW: dict[str, Any] = {
    "Src IP": "10.0.0.1",
    "Dst IP": "192.0.2.7",
    "Dst Port": 2222,
    "TotLen Fwd Pkts": 1600,
    "TotLen Bwd Pkts": 2250,
    "SSH Banners": 0,
    "FTP Refusals": 0,
    "HTTP Replies": 0,
    "HTTP Refusals": 0,
    "HTTP Logins": 0,
}
START = datetime(2026, 1, 1, tzinfo=UTC)


def flows(count: int, pause: float = 2.0, **changed: Any) -> pl.DataFrame:
    """Return flows of one client to one server, a pause in seconds between their starts."""
    times = [START + timedelta(seconds=pause * number) for number in range(count)]
    return pl.DataFrame([{**FLOW, **changed, "Timestamp": at} for at in times])


def classes(table: pl.DataFrame) -> list[str | None]:
    found: list[str | None] = guessing(table)["guessed"].to_list()
    return found


def test_short_ssh_connections_one_after_another() -> None:
    table = flows(9, **{"SSH Banners": 2})
    assert classes(table) == ["SSH-Bruteforce"] * 9
    assert set(guessing(table)["evidence"]) == {
        "9 short SSH connections from 10.0.0.1 to 192.0.2.7 port 2222"
    }


@pytest.mark.parametrize(
    "table",
    [
        flows(3, **{"SSH Banners": 2}),
        flows(9, 3600.0, **{"SSH Banners": 2}),
        flows(9, **{"SSH Banners": 2, "TotLen Bwd Pkts": 80_000}),
        flows(9),
    ],
    ids=["a few", "one an hour", "sessions with a command", "not SSH"],
)
def test_what_is_no_guessing_of_ssh_passwords(table: pl.DataFrame) -> None:
    assert classes(table) == [None] * len(table)


def test_sessions_beside_the_guesses_keep_their_own_class() -> None:
    session = flows(1, **{"SSH Banners": 2, "TotLen Bwd Pkts": 80_000})
    found = classes(pl.concat([flows(5, **{"SSH Banners": 2}), session]))
    assert found == [*["SSH-Bruteforce"] * 5, None]


def test_logins_of_many_clients_are_not_added_up() -> None:
    clients = [flows(1, **{"SSH Banners": 2, "Src IP": f"10.0.0.{last}"}) for last in range(1, 10)]
    assert classes(pl.concat(clients)) == [None] * 9


def test_ftp_logins_that_were_refused() -> None:
    transfer = flows(1, **{"TotLen Bwd Pkts": 80_000})
    table = pl.concat([flows(2, **{"FTP Refusals": 3}), flows(1), transfer])
    assert classes(table) == [*["FTP-BruteForce"] * 3, None]
    assert (
        guessing(table)["evidence"][0]
        == "6 FTP logins from 10.0.0.1 refused by 192.0.2.7 port 2222"
    )


def test_somebody_who_mistyped_a_password() -> None:
    assert classes(flows(1, **{"FTP Refusals": 4})) == [None]


def test_http_requests_that_were_refused() -> None:
    table = flows(12, **{"HTTP Refusals": 1})
    assert classes(table) == ["Brute Force -Web"] * 12


def test_a_site_that_asks_for_a_password_and_gets_it() -> None:
    assert classes(flows(12, **{"HTTP Refusals": 1, "HTTP Replies": 1})) == [None] * 12


def test_forms_with_a_password_sent_again_and_again() -> None:
    form, other = flows(1, **{"HTTP Replies": 1}), flows(1)
    table = pl.concat([flows(12, **{"HTTP Logins": 1}), form, other])
    assert classes(table) == [*["Brute Force -Web"] * 13, None]


def test_a_few_forms_with_a_password() -> None:
    assert classes(flows(9, **{"HTTP Logins": 1})) == [None] * 9


def test_no_flows() -> None:
    assert guessing(flows(1).clear()).is_empty()
