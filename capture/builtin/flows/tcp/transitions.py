"""Runs of events through the state machine, each distinct one computed once and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.lulls import Lulls
from capture.builtin.flows.tcp.conversation import Conversation
from capture.builtin.flows.tcp.conversation_state import ConversationState

MAXIMUM_REMEMBERED: Final = 100_000  # outcomes; then the memory is emptied
LONGEST_REMEMBERED: Final = 256  # bytes of event codes; longer runs hardly recur


class Outcome(NamedTuple):
    """What a run of events did; ordinals count the events of the run, -1 is never.

    ``cut_at`` is the first event that belongs to another connection. The other ordinals are
    explained in ``Conversation``.
    """

    state: int
    cut_at: int
    attempted_at: int
    removal_at: int
    half_closed_at: int
    frozen_at: int
    clean_from: int
    clean_until: int
    history: str


@dataclass
class Clock:
    """Times of a connection in nanoseconds, for the timers; 0 where a timer does not run."""

    first: int
    last: int
    attempted: int
    removal_base: int
    half_closed: int

    def advance(self, step: Outcome, both_closed: bool, time: int) -> None:
        """Start the timers that the event just applied, of a packet at ``time``, starts."""
        if step.attempted_at == 0:
            self.attempted = time
        if step.removal_at == 0:
            self.removal_base = time
        if step.half_closed_at == 0:
            self.half_closed = time
        if not both_closed or step.frozen_at == 0:
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

    def take(self, part: slice) -> EventTimes:
        """Return the times of some of the events."""
        return EventTimes(self.packet[part], self.previous[part], self.now[part])


ATTEMPT_DELAY: Final = 5 * 10**9  # from the first SYN, if nobody answers
CLOSE_DELAY: Final = 5 * 10**9  # from the end of a connection to its removal
_EXPIRE_DELAY: Final = 6 * 10**9  # between two looks at a connection of which one side closed
_LINGER: Final = 5 * 10**9


class Timers(NamedTuple):
    """What a conversation state means to the timers; ``clean`` is that both sides are orderly.

    ``begun`` is that a packet was seen, ``removal`` that the timer runs which removes a closed
    connection, ``inactivity`` for how long it may be silent, ``waits`` that its first SYN has not
    been answered, ``may_expire`` that silence of some seconds ends it.
    """

    begun: bool
    both_closed: bool
    removal: bool
    inactivity: int
    waits: bool
    may_expire: bool
    clean: bool


class _Course:
    """Outcomes of single events, put together to that of the run."""

    def __init__(self, state: int, clean: bool) -> None:
        self.state = state
        self._history = ""
        self._attempted_at = self._removal_at = self._half_closed_at = self._frozen_at = -1
        self._clean_from = 0 if clean else -1
        self._clean_until = -1

    def add(self, step: Outcome, ordinal: int, clean: bool) -> None:
        """Take the next event into account."""
        self.state = step.state
        self._history += step.history
        if step.attempted_at == 0:
            self._attempted_at = ordinal
        if step.removal_at == 0:
            self._removal_at = ordinal
        if step.half_closed_at == 0:
            self._half_closed_at = ordinal
        if step.frozen_at == 0:
            self._frozen_at = ordinal
        if clean and self._clean_from < 0:
            self._clean_from = ordinal
        elif not clean and self._clean_from >= 0 and self._clean_until < 0:
            self._clean_until = ordinal

    def outcome(self, cut_at: int) -> Outcome:
        """Return the outcome of the events so far."""
        return Outcome(
            self.state,
            cut_at,
            self._attempted_at,
            self._removal_at,
            self._half_closed_at,
            self._frozen_at,
            self._clean_from,
            self._clean_until,
            self._history,
        )


class Transitions:
    """Knows every conversation state by number, and what runs of events make of it.

    ``states`` and ``timers`` are by number; ``lulls`` are those of the capture so far.
    """

    def __init__(self) -> None:
        self.lulls = Lulls()
        self.states: list[ConversationState] = []
        self._numbers: dict[ConversationState, int] = {}
        self._remembered: dict[tuple[int, bytes], Outcome] = {}
        self._steps: dict[tuple[int, int], Outcome] = {}
        self._outcomes: dict[Outcome, Outcome] = {}
        self.timers: list[Timers] = []
        self._columns: dict[str, NDArray[Any]] = {}

    def number(self, state: ConversationState) -> int:
        """Return the number of a state."""
        known = self._numbers.get(state)
        if known is None:
            known = self._numbers[state] = len(self.states)
            self.states.append(state)
            self.timers.append(_timers(state))
        return known

    def column(self, name: str) -> NDArray[Any]:
        """Return one of the fields of ``timers``, or else of ``states``, by number."""
        column = self._columns.get(name)
        if column is None or len(column) < len(self.states):
            values = self.timers if name in Timers._fields else self.states
            column = self._columns[name] = np.array([getattr(value, name) for value in values])
        return column

    def known(self, runs: Iterable[tuple[int, bytes]]) -> list[Outcome | None]:
        """Return the outcomes of runs, each as given to ``run``, as far as they are remembered."""
        return list(map(self._remembered.get, runs))

    def run(self, state: int, codes: bytes) -> Outcome:
        """Apply event codes (native unsigned 32-bit integers) where no timer can matter."""
        key = (state, codes)
        outcome = self._remembered.get(key)
        if outcome is None:
            outcome = self._run(state, memoryview(codes).cast("I").tolist())
            if len(codes) <= LONGEST_REMEMBERED:
                if len(self._remembered) >= MAXIMUM_REMEMBERED:
                    self._remembered.clear()
                self._remembered[key] = outcome
        return outcome

    def _run(self, state: int, codes: Sequence[int]) -> Outcome:
        course = _Course(state, self.timers[state].clean)
        for ordinal, code in enumerate(codes):
            step = self._step(course.state, code)
            if step.cut_at == 0:
                return self._shared(course.outcome(ordinal))
            course.add(step, ordinal, self.timers[step.state].clean)
        return self._shared(course.outcome(-1))

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
        course = _Course(state, self.timers[state].clean)
        for ordinal, (code, packet, previous, now) in enumerate(zip(codes, *times, strict=True)):
            if _is_removed(self.timers[course.state], clock, now, previous, self.lulls):
                return self._shared(course.outcome(ordinal))
            step = self._step(course.state, code)
            if step.cut_at == 0:
                return self._shared(course.outcome(ordinal))
            timers = self.timers[step.state]
            course.add(step, ordinal, timers.clean)
            clock.advance(step, timers.both_closed, packet)
        return self._shared(course.outcome(-1))

    def _shared(self, outcome: Outcome) -> Outcome:
        """Return the same object for equal outcomes, by which they are counted as one."""
        if len(self._outcomes) >= MAXIMUM_REMEMBERED:
            self._outcomes.clear()
        return self._outcomes.setdefault(outcome, outcome)

    def _step(self, state: int, code: int) -> Outcome:
        """Apply one event code."""
        step = self._steps.get((state, code))
        if step is None:
            if len(self._steps) >= MAXIMUM_REMEMBERED:
                self._steps.clear()
            step = self._steps[state, code] = self._apply(state, code)
        return step

    def _apply(self, state: int, code: int) -> Outcome:
        conversation = Conversation(self.states[state])
        begins_another = conversation.begins_new_connection(code)
        if not begins_another:
            conversation.apply(code)
        return Outcome(
            self.number(conversation.snapshot()),
            0 if begins_another else -1,
            conversation.attempted_at,
            conversation.removal_at,
            conversation.half_closed_at,
            conversation.frozen_at,
            conversation.clean_from,
            conversation.clean_until,
            conversation.history,
        )


def _timers(state: ConversationState) -> Timers:
    conversation = Conversation(state)
    return Timers(
        begun=any(state.seen),
        both_closed=all(state.closed),
        removal=state.removal,
        inactivity=state.inactivity,
        waits=state.active and state.attempted and conversation.waits(),
        may_expire=state.active and conversation.may_expire(),
        clean=conversation.clean_from == 0,
    )


def _is_removed(timers: Timers, clock: Clock, now: int, previous: int, lulls: Lulls) -> bool:
    """Return whether a timer has ended the connection before ``now``."""
    if not timers.begun:
        return False
    if timers.removal and now >= clock.removal_base + CLOSE_DELAY:
        return True
    last = clock.last if timers.both_closed else previous
    if now - last >= timers.inactivity:
        return True
    if timers.waits and now >= clock.attempted + ATTEMPT_DELAY:
        return True
    return timers.may_expire and _expired(clock, now, last, lulls)


def _expired(clock: Clock, now: int, last: int, lulls: Lulls) -> bool:
    """Return whether one of the periodic looks fell into silence of more than five seconds."""
    silent_from = last + _LINGER
    if now <= silent_from:
        return False
    first_looks = [clock.first + ATTEMPT_DELAY]
    if clock.half_closed:
        first_looks.append(clock.half_closed + _EXPIRE_DELAY)
    return any(
        lulls.timer_fires(first_look, _EXPIRE_DELAY, silent_from, now) for first_look in first_looks
    )
