"""States of one end of a TCP connection, and the conn_state that two of them amount to."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final


class Endpoint(IntEnum):
    """Zeek's endpoint states; the order is Zeek's."""

    INACTIVE = 0  # nothing sent
    SYN_SENT = 1
    SYN_ACK_SENT = 2  # a SYN-ACK as the first packet of an originator
    PARTIAL = 3  # payload or acknowledgements without a SYN
    ESTABLISHED = 4
    CLOSED = 5  # FIN sent
    RESET = 6  # RST sent


HANDSHAKE: Final = (Endpoint.INACTIVE, Endpoint.SYN_SENT, Endpoint.SYN_ACK_SENT)
_NO_HANDSHAKE_SEEN: Final = (Endpoint.INACTIVE, Endpoint.PARTIAL)
_SYN_THEN_RST: Final = re.compile(r"\^?S[^HAFGIQ]*R.*")


def connection_state(
    originator: Endpoint, responder: Endpoint, any_payload: bool, history: str
) -> str:
    """Return conn_state for the last states of both ends, as Zeek's base/protocols/conn does.

    ``any_payload`` is whether either side sent or had acknowledged at least one byte.
    """
    if responder is Endpoint.RESET:
        return _responder_reset(originator, any_payload)
    if originator is Endpoint.RESET:
        return _originator_reset(responder, history)
    if originator is Endpoint.CLOSED or responder is Endpoint.CLOSED:
        return _closed(originator, responder)
    if originator is Endpoint.SYN_SENT and responder is Endpoint.INACTIVE:
        return "S0"
    if originator is Endpoint.ESTABLISHED and responder is Endpoint.ESTABLISHED:
        return "S1"
    return "OTH"


def _responder_reset(originator: Endpoint, any_payload: bool) -> str:
    if originator in (Endpoint.SYN_SENT, Endpoint.SYN_ACK_SENT):
        return "REJ"
    if originator is Endpoint.RESET and not any_payload:
        return "REJ"
    return "RSTRH" if originator in _NO_HANDSHAKE_SEEN else "RSTR"


def _originator_reset(responder: Endpoint, history: str) -> str:
    if responder not in _NO_HANDSHAKE_SEEN:
        return "RSTO"
    return "RSTOS0" if _SYN_THEN_RST.fullmatch(history) else "OTH"


def _closed(originator: Endpoint, responder: Endpoint) -> str:
    if originator is responder:
        return "SF"
    if originator is Endpoint.CLOSED:
        return "SH" if responder in _NO_HANDSHAKE_SEEN else "S2"
    return "SHR" if originator in _NO_HANDSHAKE_SEEN else "S3"
