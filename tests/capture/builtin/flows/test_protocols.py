"""The readers of protocols: connections on the port of DNS that carry something else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.capture.builtin.dns.message_bytes import message, query, question, reply
from tests.capture.builtin.flows.packet_blocks import CLIENT, SERVER, Packet, logged, udp
from tests.capture.builtin.found_tables import table_of

ABSURD = message(9, questions=(question("a"),) * 26)


def exchange(*messages: bytes) -> list[Packet]:
    ends = ((CLIENT, 40000), (SERVER, 53))
    return [
        udp(second, *(reversed(ends) if payload[2] & 0x80 else ends), payload)
        for second, payload in enumerate(messages)
    ]


def found(packets: list[Packet], size: int) -> tuple[Any, list[Any]]:
    """Return the service of the only connection, and what was asked."""
    logs = logged(packets, size)
    (service,) = table_of(logs, "conn")["service"].to_list()
    return service, table_of(logs, "dns")["query"].to_list()


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(
    ("messages", "service", "queries"),
    [
        ([query(1), reply(1), ABSURD, query(2)], None, ["example.com", None]),
        ([ABSURD, query(1), reply(1), query(2)], "dns", [None, "example.com", "example.com"]),
        ([ABSURD] * 6 + [query(1), reply(1)], None, [None] * 6),
    ],
)
def test_absurd_messages_end_dns(
    messages: list[bytes], service: str | None, queries: list[str | None], size: int
) -> None:
    assert found(exchange(*messages), size) == (service, queries)
