"""The TCP state machine: what each packet does to a connection, by the rules of Zeek's analyser.

It sees event codes (event.py) and, only where a timer could matter, times. Two packets with the
same code do the same in the same state, which is what lets transitions.py remember the outcome.
"""

from __future__ import annotations

from typing import Final

from capture.builtin.flows.tcp import event
from capture.builtin.flows.tcp.conversation_state import (
    INACTIVITY,
    INTERACTIVE_INACTIVITY,
    ConversationState,
)
from capture.builtin.flows.tcp.endpoint import HANDSHAKE, Endpoint

_INITIAL: Final = (Endpoint.SYN_SENT, Endpoint.SYN_ACK_SENT)


def join_history(before: str, added: str) -> str:
    """Return a history with the letters of the next events added.

    Zeek shows roles that were exchanged after a lone SYN-ACK as exchanged from the beginning.
    """
    history = before + added
    return history[1:] if history.startswith("H^h") else history


class Conversation:
    """One TCP connection while events are applied to it.

    ``history`` holds the letters added so far. The ``*_at`` attributes are the ordinal of the event
    at which something happened, or -1: ``attempted_at`` a SYN opened it, ``removal_at`` it was
    closed, ``half_closed_at`` one side closed, ``frozen_at`` both sides had closed, after which
    packets no longer count for the duration, ``clean_from`` and ``clean_until`` the events between
    which both sides were in an orderly state, so that missing bytes count.
    """

    def __init__(self, start: ConversationState) -> None:
        self.originator = start.originator
        self.interactive = start.interactive
        self.state = list(start.state)
        self.previous = list(start.previous)
        self.closed = list(start.closed)
        self.drained = list(start.drained)
        self.fin = list(start.fin)
        self.letters = set(start.letters)
        self.partial = start.partial
        self.seen = list(start.seen)
        self.close_deferred = start.close_deferred
        self.generates_event = start.generates_event
        self.active = start.active
        self.attempted = start.attempted
        self.removal = start.removal
        self.half_closed = start.half_closed
        self.inactivity = start.inactivity
        self.history = ""
        self.ordinal = 0
        self.attempted_at = -1
        self.removal_at = -1
        self.half_closed_at = -1
        self.frozen_at = -1
        self.clean_from = 0 if self._clean() else -1
        self.clean_until = -1

    def snapshot(self) -> ConversationState:
        """Return the present state as a value."""
        return ConversationState(
            originator=self.originator,
            interactive=self.interactive,
            state=(self.state[0], self.state[1]),
            previous=(self.previous[0], self.previous[1]),
            closed=(self.closed[0], self.closed[1]),
            drained=(self.drained[0], self.drained[1]),
            fin=(self.fin[0], self.fin[1]),
            letters="".join(sorted(self.letters)),
            partial=self.partial,
            seen=(self.seen[0], self.seen[1]),
            close_deferred=self.close_deferred,
            generates_event=self.generates_event,
            active=self.active,
            attempted=self.attempted,
            removal=self.removal,
            half_closed=self.half_closed,
            inactivity=self.inactivity,
        )

    def begins_new_connection(self, code: int) -> bool:
        """Return whether a packet reuses the addresses and ports for another connection."""
        if not code & event.SYN or not any(self.seen):
            return False
        opener = self.originator
        if code & event.ACK:
            if self.state[opener] is not Endpoint.INACTIVE:
                return False
            opener = 1 - opener
        if self.closed[0] or self.closed[1]:
            return True
        return not (code & event.REPEATS_START[opener] or self._is_reversed_open(code))

    def _is_reversed_open(self, code: int) -> bool:
        """Return whether this is the SYN that belongs to a SYN-ACK captured before it."""
        responder = 1 - self.originator
        return (
            not code & event.ACK
            and self.state[self.originator] is Endpoint.SYN_ACK_SENT
            and self.state[responder] is Endpoint.INACTIVE
            and bool(code & event.REPEATS_START[responder])
        )

    def _answers_lone_syn_ack(self, code: int) -> bool:
        """Return whether this shows that a SYN-ACK, seen first, was no scan but a server's answer.

        Any other packet without SYN, FIN and RST shows it, whichever side it is from.
        """
        return (
            self.letters == {"S"}
            and self.state[self.originator] is Endpoint.SYN_ACK_SENT
            and self.state[1 - self.originator] is Endpoint.INACTIVE
            and not code & event.CONTROL
            and bool(code & (event.ACK | event.DATA))
        )

    def waits(self) -> bool:
        """Return whether the originator's SYN has not been answered."""
        unanswered = self.state[1 - self.originator] is Endpoint.INACTIVE
        return unanswered and self.state[self.originator] in _INITIAL

    def may_expire(self) -> bool:
        """Return whether silence of some seconds ends a connection that closed on one side."""
        if self.removal or not any(self.closed):
            return False
        return all(self.closed) or bool({Endpoint.RESET, Endpoint.INACTIVE} & set(self.state))

    def apply(self, code: int) -> None:
        """Take one packet into account."""
        side = code & event.SIDE
        if self._answers_lone_syn_ack(code):
            self._flip_roles()
            self.seen[0] = True  # as good as a SYN: the beginning of the payload is known
            self.letters = {"s"}
            self._add(1 - self.originator, "H")
        self._note_partial(side, code)
        self._note_letter(side, code)
        self._note_repeated_conditions(side, code)
        if code & event.FIN:
            self.fin[side] = True
        closes, generates_event = self._advance(side, code)
        if code & event.ACK:
            self._acknowledge(side, event.before_payload(code))
        self.seen[self._role(side)] = True
        self._check_end_of_stream(side, code)
        if closes:
            self._close(side, code, generates_event)
        self._note_clean()
        self.ordinal += 1

    def _role(self, side: int) -> int:
        return 0 if side == self.originator else 1

    def _note_partial(self, side: int, code: int) -> None:
        if side == self.originator:
            if not self.seen[0]:
                self.partial = code & (event.SYN | event.ACK) != event.SYN
        elif not self.seen[1] and not self.partial:
            self.partial = not code & event.SYN

    def _add(self, side: int, letter: str) -> None:
        self.history += letter if side == self.originator else letter.lower()

    def _add_once(self, side: int, kind: str, letter: str) -> bool:
        """Add a letter unless that kind was seen from this role; return whether it was added."""
        key = kind if side == self.originator else kind.lower()
        if key in self.letters:
            return False
        self.letters.add(key)
        self._add(side, letter)
        return True

    def _note_letter(self, side: int, code: int) -> None:
        control = code & event.CONTROL
        if control == event.SYN:
            self._note_control(side, code, "S", "H" if code & event.ACK else "S")
        elif control == event.FIN:
            self._note_control(side, code, "F", "F")
        elif control == event.RST:
            self._note_control(side, code, "R", "R")
        elif control:
            inconsistent = code & event.FIN and code & event.RST
            letter = "I" if inconsistent else "Q"
            self._add_once(side, letter, letter)
        elif code & event.DATA:
            self._add_once(side, "D", "D")
        elif code & event.ACK:
            self._add_once(side, "A", "A")

    def _note_control(self, side: int, code: int, kind: str, letter: str) -> None:
        if not self._add_once(side, kind, letter) and code & event.NEW_CONTROL:
            self._add(side, letter)

    def _note_repeated_conditions(self, side: int, code: int) -> None:
        if code & event.ZERO_WINDOW:
            self._add(side, "W")
        if code & event.RETRANSMISSION:
            self._add(side, "T")

    def _enter(self, side: int, new: Endpoint) -> None:
        if new is self.state[side]:
            return
        if (
            new not in HANDSHAKE
            and self.state[side] in HANDSHAKE
            and self.state[1 - side] in HANDSHAKE
        ):
            self.inactivity = INACTIVITY
        self.previous[side] = self.state[side]
        self.state[side] = new

    def _advance(self, side: int, code: int) -> tuple[bool, bool]:
        """Change the sender's state; return whether it closes, and whether that makes an event."""
        state = self.state[side]
        if state is Endpoint.INACTIVE:
            return self._advance_inactive(side, code)
        if state in _INITIAL:
            return self._advance_initial(side, code)
        if state is Endpoint.CLOSED:
            return self._advance_closed(side, code), False
        if state is Endpoint.RESET:
            return False, False
        return self._advance_established(side, code)

    def _advance_inactive(self, side: int, code: int) -> tuple[bool, bool]:
        closes = generates_event = False
        if code & event.SYN:
            self._open(side, code)
        if code & event.FIN:
            self._enter(side, Endpoint.CLOSED)
            closes = generates_event = True
        if code & event.RST:
            self._enter(side, Endpoint.RESET)
            closes, generates_event = True, not self._rejects(side)
        if self.state[side] is Endpoint.INACTIVE:
            self._join_midstream(side, code)
        return closes, generates_event

    def _open(self, side: int, code: int) -> None:
        if side == self.originator:
            acknowledges = code & event.ACK
            self._enter(side, Endpoint.SYN_ACK_SENT if acknowledges else Endpoint.SYN_SENT)
            self.attempted = True
            self.attempted_at = self.ordinal
            return
        peer = 1 - side
        if self._is_reversed_open(code):
            self._flip_roles()
            self._enter(peer, Endpoint.ESTABLISHED)
            self.seen[0] = True
        if self.state[peer] is Endpoint.SYN_SENT:
            self._enter(peer, Endpoint.ESTABLISHED)
        self._enter(side, Endpoint.ESTABLISHED)
        if self.interactive and self.state[peer] is not Endpoint.PARTIAL:
            self.inactivity = INTERACTIVE_INACTIVITY

    def _flip_roles(self) -> None:
        self.originator = 1 - self.originator
        self.seen.reverse()
        self.partial = False
        self.history += "^"

    def _rejects(self, side: int) -> bool:
        peer_state = self.state[1 - side]
        if side == self.originator:
            return peer_state is Endpoint.ESTABLISHED
        return peer_state in _INITIAL

    def _join_midstream(self, side: int, code: int) -> None:
        peer = 1 - side
        empty_reply = side != self.originator and not code & event.DATA
        if empty_reply and self.state[peer] is Endpoint.SYN_SENT:
            return  # some servers acknowledge a SYN before they answer it
        if code & event.ACK and self.state[peer] is Endpoint.ESTABLISHED:
            # The SYN was missed: SYN-ACK and ACK are enough.
            self._enter(side, Endpoint.ESTABLISHED)
            self.partial = False
            self.seen[self._role(side)] = True
        else:
            self._enter(side, Endpoint.PARTIAL)

    def _advance_initial(self, side: int, code: int) -> tuple[bool, bool]:
        closes = generates_event = False
        if code & event.FIN:
            self._enter(side, Endpoint.CLOSED)
            closes = generates_event = True
        if code & event.RST:
            self._enter(side, Endpoint.RESET)
            self.active = False
            closes = True
        return closes, generates_event

    def _advance_established(self, side: int, code: int) -> tuple[bool, bool]:
        peer = 1 - side
        closes = generates_event = False
        self._open_late(side, code)
        if code & event.FIN and not code & event.RST:
            self._enter(side, Endpoint.CLOSED)
            if self.state[peer] is Endpoint.RESET and self.previous[peer] is Endpoint.CLOSED:
                self._enter(peer, Endpoint.CLOSED)  # FIN then RST was a normal end after all
            closes = generates_event = True
        if code & event.RST:
            self._enter(side, Endpoint.RESET)
            closes = True
            if (
                self.state[peer] is not Endpoint.RESET
                or self.previous[peer] is not Endpoint.ESTABLISHED
            ):
                self.active = False
        return closes, generates_event

    def _open_late(self, side: int, code: int) -> None:
        """Take a SYN after other packets of the same side for the beginning."""
        if (
            code & (event.SYN | event.ACK) == event.SYN
            and self.state[side] is Endpoint.PARTIAL
            and self.state[1 - side] is Endpoint.INACTIVE
        ):
            self._enter(side, Endpoint.SYN_SENT)

    def _advance_closed(self, side: int, code: int) -> bool:
        if not code & event.RST or self.state[1 - side] is Endpoint.CLOSED:
            return False
        self._enter(side, Endpoint.RESET)
        return not self.closed[side]

    def _clean(self) -> bool:
        return all(
            state is Endpoint.ESTABLISHED
            or (state is Endpoint.CLOSED and previous is Endpoint.ESTABLISHED)
            for state, previous in zip(self.state, self.previous, strict=True)
        )

    def _note_clean(self) -> None:
        clean = self._clean()
        if clean and self.clean_from < 0:
            self.clean_from = self.ordinal
        if not clean and self.clean_from >= 0 and self.clean_until < 0:
            self.clean_until = self.ordinal

    def _acknowledge(self, side: int, code: int) -> None:
        if not code & (event.ACK_ADVANCES | event.GAP):
            return
        peer = 1 - side
        if code & event.GAP and self._clean():
            self._add(peer, "G")
        self._check_end_of_stream(peer, code)

    def _is_pending(self, side: int, code: int) -> bool:
        """Return whether bytes before the end of ``side``'s stream are still awaited."""
        if code & (event.INCOMPLETE[side] | event.OVERTAKEN[side]):
            return bool(code & event.INCOMPLETE[side])
        waits_for_peer = bool(code & event.UNACKNOWLEDGED[1 - side])
        return waits_for_peer and self.state[side] is not Endpoint.RESET

    def _check_end_of_stream(self, side: int, code: int) -> None:
        ended = self.fin[side] or self.state[side] in (Endpoint.CLOSED, Endpoint.RESET)
        if self.drained[side] or not ended or self._is_pending(side, code):
            return
        self.drained[side] = True
        if self.close_deferred:
            self._close(side, code, self.generates_event)
            self.close_deferred = False

    def _close(self, side: int, code: int, generates_event: bool) -> None:
        if self._is_pending(side, code):
            self.close_deferred = True
            self.generates_event = self.generates_event or generates_event
            return
        self.close_deferred = False
        if self.closed[side]:
            return
        self.closed[side] = True
        if all(self.closed):
            self.frozen_at = self.ordinal
        self._schedule_removal(side, generates_event or self.generates_event)

    def _schedule_removal(self, side: int, generates_event: bool) -> None:
        peer = 1 - side
        peer_inactive = self.state[peer] is Endpoint.INACTIVE
        if self.state[side] is Endpoint.RESET or self.closed[peer] or peer_inactive:
            if generates_event and (
                self.previous[side] is not Endpoint.INACTIVE or not peer_inactive
            ):
                self.active = self.generates_event = False
            self.removal = True
            self.removal_at = self.ordinal  # that the other side closes as well starts it anew
        elif self.previous[side] is not Endpoint.INACTIVE and not self.half_closed:
            self.half_closed = True
            self.half_closed_at = self.ordinal
