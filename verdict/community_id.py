"""Community ID: one name of a flow that Zeek, Suricata, Wireshark and others agree on."""

from __future__ import annotations

import base64
import functools
import hashlib
import ipaddress
import struct
from typing import Final

_PROTOCOLS: Final = {"tcp": 6, "udp": 17}
_SEED: Final = 0


def community_id(
    client: str, client_port: int | None, server: str, server_port: int, proto: str | None
) -> str | None:
    """Return the flow hash of version 1, seed 0, of Corelight's specification.

    None for a flow without ports, of another protocol, or with text that is no address.
    """
    number = _PROTOCOLS.get(proto or "")
    if number is None or client_port is None:
        return None
    try:
        ends = sorted([_end(client, client_port), _end(server, server_port)])
    except (ValueError, struct.error):
        return None
    (first, first_port), (second, second_port) = ends
    flow = struct.pack("!H", _SEED) + first + second + bytes([number, 0]) + first_port + second_port
    digest = hashlib.sha1(flow, usedforsecurity=False).digest()
    return f"1:{base64.b64encode(digest).decode('ascii')}"


def _end(address: str, port: int) -> tuple[bytes, bytes]:
    """Return address and port in network order, as which the specification sorts them."""
    return _packed(address), struct.pack("!H", port)


@functools.lru_cache(maxsize=65536)
def _packed(address: str) -> bytes:
    """Return an address in network order; hosts have many connections."""
    return ipaddress.ip_address(address).packed
