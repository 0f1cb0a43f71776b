"""TCP connections to rows: their sizes, their conn_state, and when their time is over."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.connection_table import (
    FINISHED,
    Connections,
    TextPool,
    copy_common_columns,
)
from capture.builtin.flows.runs import Booleans
from capture.builtin.flows.tcp.conversation_state import ConversationState
from capture.builtin.flows.tcp.endpoint import Endpoint, connection_state
from capture.builtin.flows.tcp.transitions import ATTEMPT_DELAY, CLOSE_DELAY, Transitions

_HISTORY_SHIFT: Final = 32  # the state number and one bit lie below


def payload_sizes(connections: Connections, transitions: Transitions) -> NDArray[np.int64]:
    """Return the bytes that each side sent, from its sequence numbers as Zeek takes them.

    It is the highest position sent or acknowledged, without what SYN and FIN count for. An attempt
    that its sender aborts because of an acknowledgement from an old connection has none.
    """
    size = np.maximum(connections["end"], connections["acknowledged"])
    size = size - (size > 0)
    size = size - (connections["fin"] & (size > 0))
    states, kind = np.unique(connections["state"], return_inverse=True)
    aborted = [_aborted_attempts(transitions.states[state]) for state in states.tolist()]
    stray = np.array(aborted)[kind] & (connections["acknowledged"] > 1)
    return np.where(connections["started"] & ~stray, size, 0)


def _aborted_attempts(state: ConversationState) -> tuple[bool, bool]:
    """Return which sides sent a SYN and then a RST, and never heard more than acknowledgements."""
    return (
        _is_aborted_attempt(state.previous[0], state.state[0], state.state[1]),
        _is_aborted_attempt(state.previous[1], state.state[1], state.state[0]),
    )


def _is_aborted_attempt(previous: Endpoint, state: Endpoint, peer: Endpoint) -> bool:
    aborted = previous is Endpoint.SYN_SENT and state is Endpoint.RESET
    return aborted and peer is Endpoint.INACTIVE


def finished_rows(
    connections: Connections, transitions: Transitions, histories: TextPool, states: TextPool
) -> NDArray[np.void]:
    """Return the rows of connections that are over."""
    rows = np.zeros(len(connections), dtype=FINISHED)
    if not len(connections):
        return rows
    copy_common_columns(connections, rows)
    rows["payload"] = payload_sizes(connections, transitions)
    rows["missed"] = connections["missed"]
    any_payload: Booleans = np.asarray((rows["payload"] > 0).any(axis=1))
    key = connections["history"].astype(np.int64) << _HISTORY_SHIFT
    key |= connections["state"].astype(np.int64) << 1 | any_payload
    _, first, kind = np.unique(key, return_index=True, return_inverse=True)
    numbers = []
    for state, has_payload, history in zip(
        connections["state"][first].tolist(),
        any_payload[first].tolist(),
        connections["history"][first].tolist(),
        strict=True,
    ):
        conversation = transitions.states[state]
        ends = conversation.state
        text = connection_state(
            ends[conversation.originator],
            ends[1 - conversation.originator],
            has_payload,
            histories.texts[history],
        )
        numbers.append(states.number(text))
    rows["state"] = np.array(numbers, dtype=np.int32)[kind]
    return rows


def are_over(connections: Connections, transitions: Transitions, now: int) -> Booleans:
    """Return which connections a timer has ended by the time ``now`` in nanoseconds."""
    if not len(connections):
        return np.zeros(0, dtype=np.bool_)
    state = connections["state"]
    inactivity = transitions.column("inactivity")[state]
    removal = transitions.column("removal")[state]
    attempted = transitions.column("waits")[state]
    silent = now - connections["latest_time"] >= inactivity
    removed = removal & (now - connections["removal_base"] >= CLOSE_DELAY)
    given_up = attempted & (now - connections["attempted"] >= ATTEMPT_DELAY)
    over: Booleans = silent | removed | given_up
    return over
