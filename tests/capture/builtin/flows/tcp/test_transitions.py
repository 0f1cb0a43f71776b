"""Runs of events, remembered and timed."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.flows.tcp import event
from capture.builtin.flows.tcp.conversation import Conversation
from capture.builtin.flows.tcp.conversation_state import ConversationState
from capture.builtin.flows.tcp.transitions import Clock, EventTimes, Transitions

CODES = st.lists(
    st.builds(
        int.__or__,
        st.sampled_from([0, event.SIDE]),
        st.sampled_from(
            [
                event.SYN,
                event.SYN | event.ACK,
                event.ACK,
                event.ACK | event.DATA,
                event.ACK | event.FIN,
                event.RST,
                event.ACK | event.ACK_ADVANCES,
                event.ACK | event.DATA | event.INCOMPLETE[0],
            ]
        ),
    ),
    max_size=12,
)


def run(transitions: Transitions, codes: list[int]) -> tuple[str, int, ConversationState]:
    state = transitions.number(ConversationState())
    outcome = transitions.run(state, array("I", codes).tobytes())
    return outcome.history, outcome.cut_at, transitions.states[outcome.state]


@given(CODES)
def test_a_remembered_outcome_is_the_same(codes: list[int]) -> None:
    transitions = Transitions()
    assert run(transitions, codes) == run(transitions, codes) == run(Transitions(), codes)


@given(CODES, CODES)
def test_two_runs_do_what_one_does(first: list[int], second: list[int]) -> None:
    transitions = Transitions()
    whole = run(transitions, first + second)
    history, cut_at, state = run(transitions, first)
    if cut_at >= 0:
        assert whole == (history, cut_at, state)
        return
    rest = transitions.run(transitions.number(state), array("I", second).tobytes())
    cut = rest.cut_at if rest.cut_at < 0 else rest.cut_at + len(first)
    assert whole == (history + rest.history, cut, transitions.states[rest.state])


@given(CODES)
def test_time_that_stands_still_changes_nothing(codes: list[int]) -> None:
    transitions = Transitions()
    now = [10**18] * len(codes)
    clock = Clock(first=10**18, last=10**18, attempted=0, removal_base=0, half_closed=0)
    state = transitions.number(ConversationState())
    timed = transitions.run_timed(state, codes, EventTimes(now, now, now), clock)
    assert timed == transitions.run(state, array("I", codes).tobytes())


@given(CODES)
def test_steps_put_together_do_what_one_conversation_does(codes: list[int]) -> None:
    transitions = Transitions()
    conversation = Conversation(ConversationState())
    outcome = transitions.run(transitions.number(ConversationState()), array("I", codes).tobytes())
    for code in codes[: outcome.cut_at] if outcome.cut_at >= 0 else codes:
        assert not conversation.begins_new_connection(code)
        conversation.apply(code)
    assert outcome.cut_at < 0 or conversation.begins_new_connection(codes[outcome.cut_at])
    assert transitions.states[outcome.state] == conversation.snapshot()
    for name in ("history", "attempted_at", "removal_at", "half_closed_at", "frozen_at"):
        assert getattr(outcome, name) == getattr(conversation, name)
    assert outcome.clean_from == conversation.clean_from
    assert outcome.clean_until == conversation.clean_until
