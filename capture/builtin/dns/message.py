"""One DNS message: header, questions and the answer section."""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

from capture.builtin.dns.domain_name import read_name
from capture.builtin.dns.records import STOP, Reading, read_record_data
from capture.zeek_format.escapes import text_of

_HEADER: Final = Struct(">6H")
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
    """What is asked: name (lower case), type and class."""

    name: bytes
    kind: int
    network: int


class Answer(NamedTuple):
    """A record of the answer section; ``text`` is None for types that dns.log leaves out.

    ``seconds_to_live`` is the record's TTL.
    """

    name: bytes
    kind: int
    seconds_to_live: int
    text: str | None


class DnsMessage(NamedTuple):
    """A message as far as it can be read; ``whole`` says that no question or answer is broken.

    The header's flags stand as a 16-bit number; ``records`` counts answer, authority and additional
    records by the header.
    """

    transaction: int
    flags: int
    question_count: int
    records: int
    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]
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
    def response_code(self) -> int:
        """The header's response code."""
        return self.flags & 15


def parse_message(payload: bytes, *, netbios: bool = False) -> DnsMessage:
    """Parse a message; ``netbios`` is for port 137, where some meanings differ.

    Raises ``DnsFormatError`` if there is no whole header. A message that is broken later, or has an
    absurd number of questions, gives what stands before the fault.
    """
    if len(payload) < _HEADER.size:
        raise DnsFormatError("shorter than a DNS header")
    transaction, flags, asked, answered, authority, additional = _HEADER.unpack_from(payload)
    questions: list[Question] = []
    answers: list[Answer] = []
    position = _read_questions(payload, asked, netbios, questions)
    if position != STOP:
        position = _read_answers(payload, position, answered, netbios, answers)
    return DnsMessage(
        transaction,
        flags,
        asked,
        answered + authority + additional,
        tuple(questions),
        tuple(answers),
        position != STOP,
    )


def _read_questions(data: bytes, count: int, netbios: bool, questions: list[Question]) -> int:
    """Add the questions to the list and return the position after them, or ``STOP``."""
    position, end = _HEADER.size, len(data)
    if count > MOST_QUESTIONS:
        return STOP
    for _ in range(count):
        name, position = read_name(data, position, end, 255 if netbios else 63)
        if end - position < _QUESTION.size:
            return STOP
        questions.append(Question(name, *_QUESTION.unpack_from(data, position)))
        position += _QUESTION.size
    return position


def _read_answers(
    data: bytes, position: int, count: int, netbios: bool, answers: list[Answer]
) -> int:
    """Add the answers to the list and return the position after them, or ``STOP``."""
    end = len(data)
    owners: dict[bytes, bytes] = {}  # most owners are a pointer to one of few names
    room = _USUAL_TEXT + _MOST_GROWTH * end
    for _ in range(count):
        pointer = data[position : position + 2]
        name = owners.get(pointer, b"")
        if name:
            position += 2
        else:
            name, position = read_name(data, position, end, 255 if netbios else 63)
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
        answers.append(Answer(name, kind, seconds_to_live, text))
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
