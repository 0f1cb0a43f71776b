"""A DNS query and its response on the way to a row of dns.log."""

from __future__ import annotations

from dataclasses import dataclass

from capture.builtin.connection import Connection
from capture.builtin.dns.message import DnsMessage


@dataclass(slots=True)
class Transaction:
    """What has been seen of one query and its response; times in nanoseconds since the epoch.

    ``time_ns`` is that of the half that came first. A query without a question is none.
    ``rejected`` says that a response of another operation had nothing to say meanwhile. ``size`` is
    about how many bytes of memory it takes.
    """

    connection: Connection
    time_ns: int
    number: int
    query: DnsMessage | None = None
    response: DnsMessage | None = None
    round_trip_ns: int | None = None
    saw_query: bool = False
    saw_response: bool = False
    rejected: bool = False
    size: int = 0

    def add_query(self, message: DnsMessage) -> None:
        """Take over what a query says."""
        if message.question is not None:
            self.query = message

    def add_response(self, message: DnsMessage, time_ns: int) -> None:
        """Take over what a response says; only one with an answer ends the round trip."""
        self.response = message
        if message.owner is not None and time_ns != self.time_ns:
            self.round_trip_ns = time_ns - self.time_ns
