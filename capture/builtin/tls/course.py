"""How handshakes go whose contents are not known yet: one for each order of messages.

A ``Session`` decides what the order of messages means. Most connections send theirs in one of few
orders, so that a session goes through each order once, and what it decided is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from capture.builtin.tls.handshake import CLIENT_HELLO, CURVE_BYTES, SERVER_HELLO
from capture.builtin.tls.parameter_names import TLS_1_2, TLS_1_3
from capture.builtin.tls.session import HANDSHAKE, Session

RECORD: Final = 0x100
"""What the content type of a record is added to, to tell it from the kind of a message."""
STOP: Final = 0x200
FROM_ORIGINATOR: Final = 0x400

_LONGEST_ORDER: Final = 64  # longer ones are made to fill the memory
HELLOS: Final = [CLIENT_HELLO | FROM_ORIGINATOR, SERVER_HELLO]
_SIZES: Final[dict[Callable[[Session, bool, bytes], None], int]] = {
    Session.read_curve: CURVE_BYTES,
    Session.accept_ticket: 0,
}


class Detail(NamedTuple):
    """A message after the hellos, by its place in the order, and how many bytes of it count."""

    ordinal: int
    size: int | None  # None for all


class Step(NamedTuple):
    """A message, by its place in the order, and the method of the session that reads it."""

    read: Callable[[Session, bool, bytes], None]
    from_originator: bool
    ordinal: int


class Course(NamedTuple):
    """A handshake that is finished: the history, and what is to be read after the hellos."""

    history: str
    steps: tuple[Step, ...]


@lru_cache(maxsize=2048)
def courses(order: bytes) -> tuple[Course | None, Course | None]:
    """Return how a handshake goes in TLS 1.3, and how before it; None where it is not usual.

    ``order`` are unsigned 16-bit numbers: kinds of handshake messages, content types plus
    ``RECORD``, ``STOP`` where nothing more is known, each plus ``FROM_ORIGINATOR`` or not.
    """
    codes = memoryview(order).cast("H").tolist()
    if codes[: len(HELLOS)] != HELLOS or len(codes) > _LONGEST_ORDER:
        return None, None
    return _rehearsed(codes, TLS_1_3), _rehearsed(codes, TLS_1_2)


@lru_cache(maxsize=2048)
def details(order: bytes) -> tuple[Detail, ...] | None:
    """Return what besides order and hellos decides how a handshake goes; None if no course does."""
    known = [course for course in courses(order) if course is not None]
    steps = {step.ordinal: step.read for course in known for step in course.steps}
    found = [Detail(ordinal, _SIZES.get(read)) for ordinal, read in sorted(steps.items())]
    return tuple([detail for detail in found if detail.size != 0]) if known else None


def _rehearsed(codes: Iterable[int], version: int) -> Course | None:
    rehearsal = _Rehearsal(version)
    for code in codes:
        rehearsal.take(bool(code & FROM_ORIGINATOR), code & ~FROM_ORIGINATOR)
        if rehearsal.finished:
            return rehearsal.course()
    return None


class _Rehearsal(Session):
    """A session to which nobody tells contents; it takes them to be right, and notes the steps."""

    def __init__(self, version: int) -> None:
        super().__init__(confirmable=True)
        self._version = version
        self._ordinal = -1
        self._hellos = 0
        self._steps: list[Step] = []

    def take(self, from_originator: bool, code: int) -> None:
        """Take the next message, record or stop."""
        self._ordinal += 1
        content_type = code - RECORD
        if code < RECORD:
            self.handshake_message(from_originator, code, b"")
        elif code == STOP:
            self.finished = True
        elif self.is_encrypted(from_originator, content_type):
            self.encrypted_record()
        elif content_type == HANDSHAKE:
            self.finished = True
        else:
            self.plaintext_record(from_originator, content_type, b"")

    def course(self) -> Course | None:
        """Return what came out, None if that depends on more than the session was told."""
        found = self.connection
        if found is None or not found.established or self._hellos != len(HELLOS):
            return None
        return Course(found.history, tuple(self._steps))

    def read_client_hello(self, _from_originator: bool, _body: bytes) -> None:
        """Take the client hello to be valid."""
        self._opened()
        self._hellos += 1

    def read_server_hello(self, _from_originator: bool, _body: bytes) -> None:
        """Take it that the server chose the version."""
        self.answered = True
        self.negotiation.chosen_version = self._version
        self._hellos += 1

    def read_certificates(self, from_originator: bool, _body: bytes) -> None:
        """Note where certificates are."""
        self._note(Session.read_certificates, from_originator)

    def read_curve(self, from_originator: bool, _body: bytes) -> None:
        """Note where the curve is."""
        self._note(Session.read_curve, from_originator)

    def accept_ticket(self, from_originator: bool, _body: bytes) -> None:
        """Note that a ticket, if there was one, is accepted."""
        if not self.negotiation.key_exchange_seen:
            self._note(Session.accept_ticket, from_originator)

    def read_alerts(self, _from_originator: bool, _payload: bytes) -> None:
        """Give up, for nothing tells how many alerts there are."""
        self.finished = True

    def _check_direction(self, from_originator: bool, from_client: bool) -> None:
        if from_originator != from_client:
            self.finished = True

    def _note(self, read: Callable[[Session, bool, bytes], None], from_originator: bool) -> None:
        self._steps.append(Step(read, from_originator, self._ordinal))
