"""One DNS message: header, question and the answer section, as far as dns.log shows them."""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

from capture.builtin.dns.domain_name import LONGEST_LABEL, LONGEST_NETBIOS_LABEL, read_name
from capture.builtin.dns.names import class_name, type_name
from capture.builtin.dns.netbios import decode_netbios_name
from capture.builtin.dns.records import STOP, Reading, read_record_data
from capture.zeek_format.escapes import text_of

_HEADER: Final = Struct(">2x5H")
HEADER_BYTES: Final = _HEADER.size
_QUESTION: Final = Struct(">HH")
_RECORD: Final = Struct(">HHIH")
_NSEC: Final = 47
_SRV: Final = 33
# More questions than this is other traffic on a DNS port (Zeek's dns_max_queries).
MOST_QUESTIONS: Final = 25
# Pointers let two bytes stand for a long name, thousands of times; real answers are shorter.
_USUAL_TEXT: Final = 4096
_MOST_GROWTH: Final = 8


class DnsFormatError(ValueError):
    """Bytes that are not a DNS message."""


class Question(NamedTuple):
    """What is asked: name (lower case), type and class, as numbers and as Zeek calls them."""

    name: str
    kind: int
    kind_name: str
    network: int
    network_name: str


class DnsMessage(NamedTuple):
    """A message as far as it can be read, without its number.

    The header's flags stand as a 16-bit number; ``records`` counts answer, authority and additional
    records by the header. Of several questions the last counts. ``owner`` is the name of the first
    answer of a type that dns.log knows, None without one; ``answers`` and ``lifetimes`` (TTLs in
    seconds) are those that it shows. ``whole`` says that no question or answer is broken.
    """

    flags: int
    question_count: int
    records: int
    question: Question | None
    owner: str | None
    answers: tuple[str, ...]
    lifetimes: tuple[int, ...]
    whole: bool

    @property
    def is_response(self) -> bool:
        """Whether it is a response and no query."""
        return self.flags & 0x8000 != 0

    @property
    def operation(self) -> int:
        """The operation code, 0 for a standard query."""
        return self.flags >> 11 & 15

    @property
    def says_nothing(self) -> bool:
        """Whether it repeats a question and has no records at all."""
        return self.question is not None and self.records == 0

    @property
    def response_code(self) -> int:
        """The header's response code."""
        return self.flags & 15


_AskedFor = tuple[bytes, int, int]  # name, type and class
_Answer = tuple[bytes, str, int]  # owner, text and TTL


def parse_message(payload: bytes, *, netbios: bool = False) -> DnsMessage:
    """Parse a message; ``netbios`` is for port 137, where some meanings differ.

    Raises ``DnsFormatError`` if there is no whole header. A message that is broken later, or has an
    absurd number of questions, gives what stands before the fault.
    """
    if len(payload) < HEADER_BYTES:
        raise DnsFormatError("shorter than a DNS header")
    flags, asked, answered, authority, additional = _HEADER.unpack_from(payload)
    longest_label = LONGEST_NETBIOS_LABEL if netbios else LONGEST_LABEL
    question, position = _read_questions(payload, asked, longest_label)
    shown: list[_Answer] = []
    if position != STOP and answered:
        position = _read_answers(payload, position, answered, netbios, shown)
    return DnsMessage(
        flags,
        asked,
        answered + authority + additional,
        _described(question, netbios) if question else None,
        text_of(shown[0][0]) if shown else None,
        tuple([text for _, text, _ in shown if text]),
        tuple([seconds_to_live for _, text, seconds_to_live in shown if text]),
        position != STOP,
    )


def _read_questions(data: bytes, count: int, longest_label: int) -> tuple[_AskedFor | None, int]:
    """Return the last whole question and the position after all, or ``STOP``."""
    position, end = HEADER_BYTES, len(data)
    last: _AskedFor | None = None
    if count > MOST_QUESTIONS:
        return None, STOP
    for _ in range(count):
        name, position = read_name(data, position, end, longest_label)
        if end - position < _QUESTION.size:
            return last, STOP
        kind, network = _QUESTION.unpack_from(data, position)
        last = name, kind, network
        position += _QUESTION.size
    return last, position


def _described(question: _AskedFor, netbios: bool) -> Question:
    name, kind, network = question
    kind_name = type_name(kind)
    if netbios:
        name = decode_netbios_name(name) or name
        kind_name = "NBSTAT" if kind == _SRV else kind_name  # the number's meaning before DNS
    return Question(text_of(name), kind, kind_name, network, class_name(network))


def _read_answers(
    data: bytes, position: int, count: int, netbios: bool, shown: list[_Answer]
) -> int:
    """Add the answers that count to the list and return the position after all, or ``STOP``."""
    end = len(data)
    longest_label = LONGEST_NETBIOS_LABEL if netbios else LONGEST_LABEL
    owners: dict[bytes, bytes] = {}  # most owners are a pointer to one of few names
    room = _USUAL_TEXT + _MOST_GROWTH * end
    for _ in range(count):
        pointer = data[position : position + 2]
        name = owners.get(pointer, b"")
        if name:
            position += 2
        else:
            name, position = read_name(data, position, end, longest_label)
            if pointer >= b"\xc0":
                owners[pointer] = name
        if end - position < _RECORD.size:
            return STOP
        kind, _, seconds_to_live, length = _RECORD.unpack_from(data, position)
        position += _RECORD.size
        if length > end - position or (length == 0 and position < end):
            return STOP
        text, position = _read_data(kind, name, data, position, length, netbios)
        room -= len(text or "")
        if room < 0:
            return STOP
        if text is not None:
            shown.append((name, text, seconds_to_live))
        if position == STOP:
            return STOP
    return position


def _read_data(
    kind: int, name: bytes, data: bytes, position: int, length: int, netbios: bool
) -> Reading:
    if kind == _NSEC:
        next_name, _ = read_name(data, position, len(data))
        return f"NSEC {text_of(name)} {text_of(next_name)}", position + length
    if kind == _SRV and netbios:  # there the number means NBSTAT
        return None, position + length
    return read_record_data(kind, data, position, len(data), length)
