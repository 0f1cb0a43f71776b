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


@pytest.mark.parametrize(
    ("address", "known"), [(PLAIN, True), (CLIENT, True), ("192.0.2.9", False)]
)
def test_address_is_in_a_capture(address: str, known: bool) -> None:
    assert is_known(sample_logs(), address) is known


def test_servers_with_most_connections() -> None:
    assert busiest_servers(sample_logs(), 2) == [(BEACON, 6), (SITE, 2)]
    assert busiest_servers(sample_logs(), 10)[2:] == [(HIDDEN, 1)]
