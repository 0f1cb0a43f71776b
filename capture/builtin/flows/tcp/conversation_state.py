"""What the TCP state machine remembers of a connection, as a value."""

from __future__ import annotations

from typing import Final, NamedTuple

from capture.builtin.flows.tcp.endpoint import Endpoint

SYN_INACTIVITY: Final = 60 * 10**9  # nanoseconds of silence that end a connection attempt
INACTIVITY: Final = 300 * 10**9
INTERACTIVE_INACTIVITY: Final = 3600 * 10**9


class ConversationState(NamedTuple):
    """All that the state machine remembers between packets; pairs are by side of the flow."""

    originator: int = 0  # the side that is the originator
    interactive: bool = False  # served on a port that may be silent for long
    state: tuple[Endpoint, Endpoint] = (Endpoint.INACTIVE, Endpoint.INACTIVE)
    previous: tuple[Endpoint, Endpoint] = (Endpoint.INACTIVE, Endpoint.INACTIVE)
    closed: tuple[bool, bool] = (False, False)  # close reported
    drained: tuple[bool, bool] = (False, False)  # end of stream reported
    fin: tuple[bool, bool] = (False, False)
    letters: str = ""  # history letters that come only once
    partial: bool = False
    seen: tuple[bool, bool] = (False, False)  # by role: a packet of originator, responder
    close_deferred: bool = False
    generates_event: bool = False  # of the deferred close
    active: bool = True
    attempted: bool = False  # the timer of the first SYN runs
    removal: bool = False  # the timer that removes a closed connection runs
    half_closed: bool = False
    inactivity: int = SYN_INACTIVITY
