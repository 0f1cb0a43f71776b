import numpy as np
import pytest

from capture.builtin.dns.detect import ask_a_name_server, may_carry_dns


@pytest.mark.parametrize(
    ("protocol", "source", "destination", "expected"),
    [
        (17, 5000, 53, True),
        (17, 53, 5000, True),
        (17, 137, 137, True),
        (17, 5353, 5353, True),
        (17, 6000, 5355, True),
        (6, 5000, 53, True),
        (6, 5000, 5353, False),
        (17, 5000, 443, False),
        (1, 53, 53, False),
    ],
)
def test_ports_and_protocols(protocol: int, source: int, destination: int, expected: bool) -> None:
    found = may_carry_dns(
        np.zeros((1, 16), np.uint8),
        np.array([40]),
        np.array([source], np.uint16),
        np.array([destination], np.uint16),
        np.array([protocol], np.uint8),
    )
    assert found.tolist() == [expected]


def test_empty_payloads_carry_nothing() -> None:
    ports = np.array([53, 53], np.uint16)
    found = may_carry_dns(
        np.zeros((2, 16), np.uint8), np.array([0, 12]), ports, ports, np.array([17, 17], np.uint8)
    )
    assert found.tolist() == [False, True]


def test_only_clients_with_ports_of_their_own_ask_a_name_server() -> None:
    originator, responder = np.array([5000, 5000, 5353, 137]), np.array([53, 137, 5353, 53])
    assert ask_a_name_server(originator, responder).tolist() == [True, False, False, False]
