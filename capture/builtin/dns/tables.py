"""DNS messages of all connections to rows of the dns table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from typing import Final

import polars as pl

from capture.builtin.connection import Connection, ConnectionColumns
from capture.builtin.dns.detect import NETBIOS_PORT, TCP_PORTS, UDP_PORTS
from capture.builtin.dns.exchanges_at_once import Exchanges
from capture.builtin.dns.message import (
    HEADER_BYTES,
    MOST_QUESTIONS,
    DnsMessage,
    parse_message,
)
from capture.builtin.dns.pairing import Pairing
from capture.builtin.dns.rows import DnsRows
from capture.builtin.parsed_once import ParsedOnce

_RESPONSE: Final = 0x80  # in the third byte, RFC 1035, section 4.1.1
_REMEMBERED_BYTES: Final = 1 << 21
# Absurd messages are proof of another protocol in the first bytes of a connection, as many as Zeek
# bears with, or a single one where the messages before it were DNS.
_VIOLATION_BYTES: Final = 10_240
_MOST_VIOLATIONS: Final = 5


class DnsLog:
    """Takes messages, in time order for each connection, and delivers rows of the dns table.

    Where the first message shows that the originator answers, the rows have both sides exchanged,
    as Zeek does.
    """

    def __init__(self, deliver: Callable[[pl.DataFrame], None], bytes_in_memory: int) -> None:
        self._pairings: dict[str, Pairing] = {}
        self._rows = DnsRows(deliver, bytes_in_memory)
        self._messages = ParsedOnce(partial(_parse, netbios=False), _REMEMBERED_BYTES)
        self._netbios_messages = ParsedOnce(partial(_parse, netbios=True), _REMEMBERED_BYTES)

    def feed(
        self,
        connection: Connection,
        time_ns: int,
        from_originator: bool,
        payload: bytes,
        known: bool = False,
    ) -> bool:
        """Take in one message; return whether the connection is known to carry DNS now.

        It is if it was ``known`` before, and from the first message that is DNS from the first to
        the last answer; an absurd one makes it unknown again.
        """
        pairing = self._pairings.get(connection.uid)
        if len(payload) < HEADER_BYTES or (pairing is None and not _is_dns_port(connection)):
            return known
        if pairing is None:
            pairing = self._begin(connection, from_originator and payload[2] & _RESPONSE != 0)
        elif pairing.given_up:
            return known
        is_netbios = pairing.connection.responder_port == NETBIOS_PORT
        message = (self._netbios_messages if is_netbios else self._messages)[payload[2:]]
        pairing.bytes_seen += len(payload)
        is_absurd = (
            message.question_count > MOST_QUESTIONS and pairing.bytes_seen <= _VIOLATION_BYTES
        )
        pairing.violations += is_absurd
        pairing.given_up = is_absurd and (known or pairing.violations > _MOST_VIOLATIONS)
        number = payload[0] << 8 | payload[1]
        for transaction in pairing.feed(number, message, time_ns):
            self._rows.add(transaction)
        return (known or message.whole) and not is_absurd

    def held(self, connection: Connection) -> int:
        """Return about how many bytes of memory a connection's messages take that wait."""
        pairing = self._pairings.get(connection.uid)
        return 0 if pairing is None else pairing.held

    def add(self, connections: ConnectionColumns, exchanges: Exchanges) -> list[bool]:
        """Take in exchanges of connections that ask a name server and wait for no other answer.

        Return of each exchange whether it is DNS from the first to the last answer of a message.
        """
        messages = self._messages
        queries = [messages[content] for content in exchanges.query]
        responses = [messages[content] for content in exchanges.response]
        self._rows.add_exchanges(connections, exchanges, queries, responses)
        return [
            query.whole or response.whole
            for query, response in zip(queries, responses, strict=True)
        ]

    def end(self, connection: Connection) -> None:
        """Give a row to the messages of a connection that is over and has no more of them."""
        pairing = self._pairings.pop(connection.uid, None)
        if pairing is not None:
            for transaction in pairing.rest():
                self._rows.add(transaction)

    def finish(self) -> None:
        """Deliver what still waits; all connections are over."""
        self._rows.finish()

    def _begin(self, connection: Connection, answers_first: bool) -> Pairing:
        if answers_first and not ip_address(connection.responder).is_multicast:
            connection = _with_sides_exchanged(connection)
        pairing = self._pairings[connection.uid] = Pairing(connection)
        return pairing


def _parse(content: bytes, *, netbios: bool) -> DnsMessage:
    """Parse a message without its number, in which those that are sent again differ."""
    return parse_message(b"\0\0" + content, netbios=netbios)


def _is_dns_port(connection: Connection) -> bool:
    ports = UDP_PORTS if connection.protocol == "udp" else TCP_PORTS
    return connection.responder_port in ports


def _with_sides_exchanged(connection: Connection) -> Connection:
    return connection._replace(
        originator=connection.responder,
        originator_port=connection.responder_port,
        responder=connection.originator,
        responder_port=connection.originator_port,
    )
