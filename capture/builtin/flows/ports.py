"""Ports by which Zeek guesses which end of a conversation is the server."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

TCP: Final = 6
UDP: Final = 17
ICMP: Final = 1
ICMPV6: Final = 58
_BROADCAST: Final = 0x0000FFFFFFFFFFFF  # low half of 255.255.255.255, the high one is 0

# The union of `likely_server_ports` of Zeek 7's base scripts, by protocol of the standard ports
# that its analysers register.
_LIKELY_TCP: Final = (
    *(21, 22, 25, 53, 79, 80, 81, 88, 102, 110, 135, 139, 143, 389, 443, 445, 502),
    *(563, 585, 587, 614, 631, 636, 989, 990, 992, 993, 995, 1080, 1434, 1883, 2811, 3128),
    *(3268, 3306, 3389, 5222, 5223, 5269, 6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000),
)
_LIKELY_UDP: Final = (
    *(53, 67, 88, 123, 137, 161, 162, 389, 443, 514, 784, 1812, 2123, 2152, 3544, 4789),
    *(5060, 5072, 5353, 5355, 6081, 20000),
)
# TCP ports of interactive services, which Zeek lets be silent for an hour.
_INTERACTIVE: Final = (21, 22, 23, 513)


def _port_set(ports: tuple[int, ...]) -> NDArray[np.bool_]:
    table = np.zeros(1 << 16, dtype=np.bool_)
    table[list(ports)] = True
    return table


_TCP_SERVER: Final = _port_set(_LIKELY_TCP)
_UDP_SERVER: Final = _port_set(_LIKELY_UDP)
_INTERACTIVE_SERVER: Final = _port_set(_INTERACTIVE)


def likely_tcp_server(ports: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return which ports Zeek takes for a TCP server's."""
    return _TCP_SERVER[ports]


def likely_udp_server(ports: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return which ports Zeek takes for a UDP server's."""
    return _UDP_SERVER[ports]


def interactive_service(ports: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return which ports are those of services with a person at the keyboard."""
    return _INTERACTIVE_SERVER[ports]


def is_broadcast(addresses: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which addresses, shape (n, 2) with two halves each, are 255.255.255.255."""
    return np.asarray((addresses[:, 1] == _BROADCAST) & (addresses[:, 0] == 0), np.bool_)
