from dataclasses import replace

import pytest

from verdict.document import ServerKey
from verdict.evidence import evidence
from verdict.observation import Observation, TlsConnection
from verdict.row_evidence import row_evidence

KEY = ServerKey("192.168.1.2", "203.0.113.1", 443, "tcp")
OTHER_CLIENT = replace(KEY, client="192.168.1.3")
OTHER_PORT = replace(KEY, port=8443)
OTHER_SERVER = replace(KEY, server="203.0.113.2")
NO_SNI = "no connection names the server it wants (no SNI)"


def row(key: ServerKey, sni: str | None, version: str = "TLSv12") -> Observation:
    connection = TlsConnection("C1", 1.0, version, sni, resumed=False, leaf=None)
    return Observation(key, (connection,), (1.0,), True, 0)


def texts(strongest: Observation, *others: Observation) -> list[str]:
    return [reason.text for reason in row_evidence(strongest, [strongest, *others])]


def test_evidence_on_the_only_row_is_as_it_is() -> None:
    only = row(KEY, None)
    assert row_evidence(only, [only]) == evidence(only)


@pytest.mark.parametrize(
    ("others", "where"),
    [
        ([OTHER_CLIENT], "client 192.168.1.2"),
        ([OTHER_PORT], "port 443/tcp"),
        ([replace(KEY, proto="udp")], "port 443/tcp"),
        ([OTHER_SERVER], "server 203.0.113.1"),
        ([OTHER_CLIENT, replace(OTHER_CLIENT, port=8443)], "client 192.168.1.2"),
        ([OTHER_PORT, replace(OTHER_CLIENT, port=8443)], "port 443/tcp"),
        ([OTHER_CLIENT, OTHER_PORT], "client 192.168.1.2, port 443/tcp"),
        ([OTHER_SERVER, OTHER_PORT], "server 203.0.113.1, port 443/tcp"),
    ],
)
def test_evidence_on_one_row_of_several_says_which(others: list[ServerKey], where: str) -> None:
    named = [row(key, "www.example.com") for key in others]
    assert texts(row(KEY, None), *named) == [f"{where}: {NO_SNI}"]


def test_evidence_on_all_rows_needs_no_place() -> None:
    assert texts(row(KEY, None), row(OTHER_CLIENT, None), row(OTHER_PORT, None)) == [NO_SNI]


def test_each_rule_has_its_own_place() -> None:
    strongest, other = row(KEY, None, "TLSv10"), row(OTHER_CLIENT, None)
    assert texts(strongest, other) == [
        NO_SNI,
        "client 192.168.1.2: outdated protocol TLS 1.0",
    ]


def test_a_server_that_is_named_is_not_named_twice() -> None:
    unknown = replace(row(KEY, "www.example.com"), named_by_dns=False)
    assert texts(unknown, row(OTHER_SERVER, "www.example.com")) == [
        "no address record (A, AAAA) in the capture named 203.0.113.1"
    ]
