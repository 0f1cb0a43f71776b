"""A DNS query and its response on the way to a row of dns.log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from capture.builtin.connection import Connection
from capture.builtin.dns.message import Answer, DnsMessage, Question
from capture.builtin.dns.names import type_name
from capture.builtin.dns.netbios import decode_netbios_name
from capture.zeek_format.escapes import text_of

NETBIOS_PORT: Final = 137


@dataclass(slots=True)
class Transaction:
    """What has been seen of one query and its response; times in nanoseconds since the epoch."""

    connection: Connection
    time_ns: int
    number: int
    round_trip_ns: int | None = None
    query: str | None = None
    question: Question | None = None
    type_name: str | None = None
    response_code: int | None = None
    authoritative: bool = False
    truncated: bool = False
    recursion_desired: bool = False
    recursion_available: bool = False
    reserved: int = 0
    answers: list[Answer] = field(default_factory=list)
    rejected: bool = False
    saw_query: bool = False
    saw_response: bool = False

    def add_query(self, message: DnsMessage) -> None:
        """Take over what a query says; of several questions the last counts."""
        if not message.questions:
            return
        question = message.questions[-1]
        self.question = question
        self.truncated = message.flags & 0x0200 != 0
        self.recursion_desired = message.flags & 0x0100 != 0
        self.reserved = message.flags >> 4 & 7
        self.type_name = type_name(question.kind)
        if self.connection.responder_port == NETBIOS_PORT:
            self._add_netbios_query(question)
        else:
            self.query = text_of(question.name)

    def _add_netbios_query(self, question: Question) -> None:
        self.query = text_of(decode_netbios_name(question.name) or question.name)
        if self.type_name == "SRV":
            self.type_name = "NBSTAT"  # NetBIOS used the number before DNS did

    def add_response(self, message: DnsMessage, time_ns: int) -> None:
        """Take over what a response says."""
        self.response_code = message.response_code
        if message.response_code and not message.question_count:
            self.rejected = True
        if message.questions and not message.records:
            self.rejected = True
        shown = [answer for answer in message.answers if answer.text is not None]
        if shown:
            self._add_answers(message, shown, time_ns)

    def _add_answers(self, message: DnsMessage, shown: list[Answer], time_ns: int) -> None:
        if self.query is None:
            self.query = text_of(shown[0].name)
        self.authoritative = message.flags & 0x0400 != 0
        self.recursion_available = message.flags & 0x0080 != 0
        if self.round_trip_ns is None and time_ns != self.time_ns:
            self.round_trip_ns = time_ns - self.time_ns
        self.answers += [answer for answer in shown if answer.text]
