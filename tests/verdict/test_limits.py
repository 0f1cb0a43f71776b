from dataclasses import replace

import pytest

from verdict.document import ServerKey
from verdict.limits import limits, not_assessed
from verdict.observation import Certificate, Observation, TlsConnection

from .synthetic import CLIENT, PLAIN, sample_logs

LEAF = Certificate("a" * 64, *[None] * 9)
KEY = ServerKey("192.168.1.2", "203.0.113.1", 443, "tcp")


def row(*connections: tuple[str, bool, Certificate | None], missed: int = 0, flows: int = 1):
    seen = tuple(
        TlsConnection(f"C{number}", 1.0, version, None, resumed, leaf)
        for number, (version, resumed, leaf) in enumerate(connections)
    )
    return Observation(KEY, seen, (1.0,) * flows, None, missed)


def texts(*rows: Observation) -> dict[str, str]:
    return {limit.name: limit.text for limit in limits(rows)}


def test_nothing_to_say_when_all_was_seen() -> None:
    assert texts(row(("TLSv12", False, LEAF))) == {}


@pytest.mark.parametrize(
    ("connection", "why"),
    [
        (("TLSv13", False, None), " (TLS 1.3 encrypts them)"),
        (("TLSv12", True, None), " (resumed sessions show none)"),
        (("TLSv12", False, None), ""),
    ],
)
def test_hidden_certificates(connection: tuple[str, bool, None], why: str) -> None:
    expected = f"no certificate visible in 1 of 1 TLS connections{why}"
    assert texts(row(connection)) == {"hidden_certificates": expected}


def test_resumed_sessions_beside_a_whole_one_hide_nothing() -> None:
    assert texts(row(("TLSv12", False, LEAF), ("TLSv12", True, None))) == {}


@pytest.mark.parametrize(
    ("histories", "expected"),
    [
        (("sxknti", "CsxknGIti"), "1 of 2"),
        (("sxknti", "st"), "2 of 2"),
        (("CsxknGIti", "kGIti", "C", None), None),
    ],
)
def test_only_the_servers_direction_was_captured(histories, expected: str | None) -> None:
    whole = row(*[("TLSv12", False, LEAF)] * len(histories))
    pairs = zip(whole.connections, histories, strict=True)
    seen = replace(whole, connections=tuple(replace(one, history=each) for one, each in pairs))
    text = f"only the server's direction was captured of {expected} TLS connections"
    assert texts(seen) == ({"one_direction": text} if expected else {})


def test_lost_bytes_are_summed_over_the_rows() -> None:
    seen = row(("TLSv12", False, LEAF), missed=1000)
    assert texts(seen, seen) == {
        "lost_bytes": "2,000 bytes of these connections are missing from the capture"
    }


def test_rows_without_flows() -> None:
    assert "no_flows" in texts(row(("TLSv12", False, LEAF), flows=0))


@pytest.mark.parametrize(
    ("address", "role", "name"),
    [
        (PLAIN, "server", "no_tls"),
        (CLIENT, "client", "no_tls"),
        ("192.0.2.9", "server", "not_in_capture"),
    ],
)
def test_why_there_is_nothing_to_assess(address: str, role, name: str) -> None:
    assert [limit.name for limit in not_assessed(sample_logs(), address, role)] == [name]
