"""DNS messages of all connections to the dns table."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.dns.detect import TCP_PORTS, UDP_PORTS
from capture.builtin.dns.message import (
    MOST_QUESTIONS,
    DnsFormatError,
    DnsMessage,
    parse_message,
)
from capture.builtin.dns.pairing import Pairing
from capture.builtin.dns.rows import DnsRows
from capture.builtin.dns.transaction import NETBIOS_PORT

_REMEMBERED_MESSAGES: Final = 1 << 12
# Zeek takes absurd messages for proof of another protocol in the first bytes of a connection only.
_VIOLATION_BYTES: Final = 10_240


class DnsLog:
    """Collects messages, in time order for each connection, and gives the dns table at the end.

    ``swapped`` holds the uids of connections whose first message shows that the originator answers:
    their rows have both sides exchanged, as Zeek does.
    """

    def __init__(self) -> None:
        self.swapped: set[str] = set()
        self._pairings: dict[str, Pairing] = {}
        self._given_up: set[str] = set()
        self._rows = DnsRows()
        self._parsed: dict[bool, dict[bytes, DnsMessage]] = {True: {}, False: {}}

    def feed(
        self, connection: Connection, time_ns: int, from_originator: bool, payload: bytes
    ) -> bool:
        """Take in one message; return whether it is DNS from the first to the last answer."""
        uid = connection.uid
        if not _is_dns_port(connection) or uid in self._given_up:
            return False
        try:
            message = self._parse(payload, connection.responder_port == NETBIOS_PORT)
        except DnsFormatError:
            return False
        pairing = self._pairings.get(uid)
        if pairing is None:
            pairing = self._begin(connection, message, from_originator)
        pairing.bytes_seen += len(payload)
        if message.question_count > MOST_QUESTIONS and pairing.bytes_seen <= _VIOLATION_BYTES:
            self._given_up.add(uid)
        for transaction in pairing.feed(message, time_ns):
            self._rows.add(transaction)
        if pairing.idle and connection.originator_port not in UDP_PORTS:
            del self._pairings[uid]
        return message.whole

    def table(self) -> pl.DataFrame:
        """Return all rows sorted by time; messages still without their other half have one too."""
        for pairing in self._pairings.values():
            for transaction in pairing.rest():
                self._rows.add(transaction)
        self._pairings.clear()
        return self._rows.table()

    def _parse(self, payload: bytes, netbios: bool) -> DnsMessage:
        """Parse a message, or find it among the last ones: the same are often sent again."""
        parsed = self._parsed[netbios]
        message = parsed.get(payload[2:])
        if message is not None:
            return message._replace(transaction=int.from_bytes(payload[:2], "big"))
        message = parse_message(payload, netbios=netbios)
        if len(parsed) >= _REMEMBERED_MESSAGES:
            parsed.clear()
        parsed[payload[2:]] = message
        return message

    def _begin(self, connection: Connection, message: DnsMessage, from_originator: bool) -> Pairing:
        answers = message.is_response and from_originator
        if answers and not ip_address(connection.responder).is_multicast:
            self.swapped.add(connection.uid)
            connection = _with_sides_exchanged(connection)
        pairing = self._pairings[connection.uid] = Pairing(connection)
        return pairing


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
