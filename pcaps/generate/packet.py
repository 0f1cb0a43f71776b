"""A captured frame, and a piece of application data on its way from one end to the other."""

from typing import NamedTuple

NANOSECONDS = 1_000_000_000


class Packet(NamedTuple):
    """One frame as a capture holds it: time in nanoseconds since the Unix epoch, and bytes."""

    time_ns: int
    frame: bytes


class Flight(NamedTuple):
    """Bytes that one end sends in one go (for UDP: one datagram).

    ``wait`` is how long, in seconds, the sender thinks before: after the peer's last flight has
    reached it, or after its own last one.
    """

    from_client: bool
    data: bytes
    wait: float = 0.0


def in_order(packets: list[Packet]) -> list[Packet]:
    """Return the packets sorted by time; packets of one instant keep their order."""
    return sorted(packets, key=lambda packet: packet.time_ns)
