"""Community ID: one name of a flow that Zeek, Suricata, Wireshark and others agree on."""

from __future__ import annotations

import binascii
import functools
import hashlib
import ipaddress
import socket
import struct
from typing import Final

_PROTOCOLS: Final = {"tcp": 6, "udp": 17}
_SEED: Final = bytes(2)


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
        ends = (_packed(client), _port(client_port)), (_packed(server), _port(server_port))
    except (ValueError, struct.error):
        return None
    # As the specification sorts them.
    (first, first_port), (second, second_port) = ends if ends[0] < ends[1] else ends[::-1]
    flow = b"".join((_SEED, first, second, bytes((number, 0)), first_port, second_port))
    digest = hashlib.sha1(flow, usedforsecurity=False).digest()
    return "1:" + binascii.b2a_base64(digest, newline=False).decode("ascii")


_port: Final = struct.Struct("!H").pack


@functools.lru_cache(maxsize=65536)
def _packed(address: str) -> bytes:
    """Return an address in network order; hosts have many connections."""
    try:
        return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    except OSError:  # one that names an interface, for example
        return ipaddress.ip_address(address).packed
