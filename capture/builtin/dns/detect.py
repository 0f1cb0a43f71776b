"""Which flows may carry DNS."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_TCP: Final = 6
_UDP: Final = 17

UDP_PORTS: Final = (53, 137, 5353, 5355)
TCP_PORTS: Final = (53,)
NETBIOS_PORT: Final = 137
_ASKED: Final = tuple(port for port in UDP_PORTS if port != NETBIOS_PORT)


def may_carry_dns(
    first_bytes: NDArray[np.uint8],
    captured: NDArray[np.integer],
    source_port: NDArray[np.integer],
    destination_port: NDArray[np.integer],
    protocol: NDArray[np.integer],
) -> NDArray[np.bool_]:
    """Return for each first payload whether its flow is to be parsed as DNS.

    Zeek goes by the responder's port alone: 53, and over UDP 137 (NetBIOS names), 5353 (multicast
    DNS) and 5355 (LLMNR). Which side responds may not be settled yet, so either port counts here.
    ``first_bytes`` has shape (n, 16), the other arrays (n,); ``captured`` is in bytes.
    """
    udp = _either_in(UDP_PORTS, source_port, destination_port) & (protocol == _UDP)
    tcp = _either_in(TCP_PORTS, source_port, destination_port) & (protocol == _TCP)
    found: NDArray[np.bool_] = (udp | tcp) & (captured > 0)
    return found


def ask_a_name_server(
    originator_port: NDArray[np.integer], responder_port: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Return by their UDP ports which flows ask one of DNS alone: no NetBIOS, no peers."""
    asks: NDArray[np.bool_] = np.isin(responder_port, _ASKED) & ~np.isin(originator_port, UDP_PORTS)
    return asks


def _either_in(
    ports: tuple[int, ...], one: NDArray[np.integer], other: NDArray[np.integer]
) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isin(one, ports) | np.isin(other, ports)
    return found
