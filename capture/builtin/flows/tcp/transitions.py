"""Runs of events through the state machine, each distinct one computed once and remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from capture.builtin.flows.tcp.conversation import Conversation, ConversationState

MAXIMUM_REMEMBERED: Final = 100_000  # outcomes; then the memory is emptied
LONGEST_REMEMBERED: Final = 256  # bytes of event codes; longer runs hardly recur


class Outcome(NamedTuple):
    """What a run of events did; ordinals count the events of the run, -1 is never.

    ``cut_at`` is the first event that belongs to another connection. The other ordinals are
    explained in ``Conversation``.
    """

    state: int
    history: str
    cut_at: int
    attempted_at: int
    removal_at: int
    half_closed_at: int
    frozen_at: int
    clean_from: int
    clean_until: int


@dataclass
class Clock:
    """Times of a connection in nanoseconds, for the timers; 0 where a timer does not run."""

    first: int
    last: int
    attempted: int
    removal_base: int
    half_closed: int

    def advance(self, conversation: Conversation, time: int) -> None:
        """Start the timers that the event just applied, of a packet at ``time``, starts."""
        applied = conversation.ordinal - 1
        if conversation.attempted_at == applied:
            self.attempted = time
        if conversation.removal_at == applied:
            self.removal_base = time
        if conversation.half_closed_at == applied:
            self.half_closed = time
        if not all(conversation.closed) or conversation.frozen_at == applied:
            self.last = time


class EventTimes(NamedTuple):
    """Times of events in nanoseconds.

    ``packet`` are those of their packets, ``previous`` those of the packets of the same connection
    just before them; ``now`` is the latest time seen in the capture up to each, which differs from
    ``packet`` where packets were captured out of order.
    """

    packet: Sequence[int]
    previous: Sequence[int]
    now: Sequence[int]


ATTEMPT_DELAY: Final = 5 * 10**9  # from the first SYN, if nobody answers
CLOSE_DELAY: Final = 5 * 10**9  # from the end of a connection to its removal
_EXPIRE_DELAY: Final = 6 * 10**9  # between two looks at a connection of which one side closed
_LINGER: Final = 5 * 10**9


class Transitions:
    """Knows every conversation state by number, and what runs of events make of it."""

    def __init__(self) -> None:
        self.states: list[ConversationState] = []
        self._numbers: dict[ConversationState, int] = {}
        self._remembered: dict[tuple[int, bytes], Outcome] = {}

    def number(self, state: ConversationState) -> int:
        """Return the number of a state."""
        known = self._numbers.get(state)
        if known is None:
            known = self._numbers[state] = len(self.states)
            self.states.append(state)
        return known

    def run(self, state: int, codes: bytes) -> Outcome:
        """Apply event codes (native unsigned 32-bit integers) where no timer can matter."""
        key = (state, codes)
        outcome = self._remembered.get(key)
        if outcome is None:
            outcome = self._apply(state, memoryview(codes).cast("I").tolist())
            if len(codes) <= LONGEST_REMEMBERED:
                if len(self._remembered) >= MAXIMUM_REMEMBERED:
                    self._remembered.clear()
                self._remembered[key] = outcome
        return outcome

    def _apply(self, state: int, codes: Sequence[int]) -> Outcome:
        conversation = Conversation(self.states[state])
        for ordinal, code in enumerate(codes):
            if conversation.begins_new_connection(code):
                return self._outcome(conversation, ordinal)
            conversation.apply(code)
        return self._outcome(conversation, -1)

    def run_timed(
        self,
        state: int,
        codes: Sequence[int],
        times: EventTimes,
        clock: Clock,
    ) -> Outcome:
        """Apply event codes to a connection that a timer may end between two packets.

        Timers run by ``times.now``; see EventTimes.
        """
        conversation = Conversation(self.states[state])
        for ordinal, code in enumerate(codes):
            now, previous = times.now[ordinal], times.previous[ordinal]
            if _is_removed(conversation, clock, now, previous):
                return self._outcome(conversation, ordinal)
            if conversation.begins_new_connection(code):
                return self._outcome(conversation, ordinal)
            conversation.apply(code)
            clock.advance(conversation, times.packet[ordinal])
        return self._outcome(conversation, -1)

    def _outcome(self, conversation: Conversation, cut_at: int) -> Outcome:
        return Outcome(
            self.number(conversation.snapshot()),
            conversation.history,
            cut_at,
            conversation.attempted_at,
            conversation.removal_at,
            conversation.half_closed_at,
            conversation.frozen_at,
            conversation.clean_from,
            conversation.clean_until,
        )


def _is_removed(conversation: Conversation, clock: Clock, now: int, previous: int) -> bool:
    """Return whether a timer has ended the connection before ``now``."""
    last = clock.last if all(conversation.closed) else previous
    if not any(conversation.seen):
        return False
    if conversation.removal and now >= clock.removal_base + CLOSE_DELAY:
        return True
    if now - last >= conversation.inactivity:
        return True
    if not conversation.active:
        return False
    if conversation.attempted and now >= clock.attempted + ATTEMPT_DELAY and conversation.waits():
        return True
    return conversation.may_expire() and _expired(clock, now, last)


def _expired(clock: Clock, now: int, last: int) -> bool:
    """Return whether one of the periodic looks fell into silence of more than five seconds."""
    if now - last <= _LINGER:
        return False
    first_looks = [clock.first + ATTEMPT_DELAY]
    if clock.half_closed:
        first_looks.append(clock.half_closed + _EXPIRE_DELAY)
    for first_look in first_looks:
        silent_from = last + _LINGER + 1
        rounds = max(0, -(-(silent_from - first_look) // _EXPIRE_DELAY))
        if first_look + rounds * _EXPIRE_DELAY <= now:
            return True
    return False
