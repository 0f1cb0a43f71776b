"""What a TCP packet means to the state machine, as bits of one integer.

A packet's event code says who sent it, which control flags it carries and how it changes what is
known of the two byte streams. Everything that needs sequence numbers is decided before, with NumPy,
so that equal behaviour gives equal codes whatever the addresses, ports, times and sequence numbers.
"""

from typing import Final

SIDE: Final = 1 << 0  # sent by side 1 of the flow
SYN: Final = 1 << 1
ACK: Final = 1 << 2
FIN: Final = 1 << 3
RST: Final = 1 << 4
DATA: Final = 1 << 5  # has payload
NEW_CONTROL: Final = 1 << 6  # another sequence number than the last packet with this control flag
RETRANSMISSION: Final = 1 << 7  # the 1st, 10th, 100th ... of the sender
ZERO_WINDOW: Final = 1 << 8  # the 1st, 10th, 100th ... of the sender
GAP: Final = 1 << 9  # acknowledges bytes that were never seen: the 1st, 10th, 100th ... time
ACK_ADVANCES: Final = 1 << 10  # acknowledges more than any packet before
INCOMPLETE: Final = (1 << 11, 1 << 12)  # by side: its sequence space has holes up to its end
UNACKNOWLEDGED: Final = (1 << 13, 1 << 14)  # by side: payload of it waits to be acknowledged
REPEATS_START: Final = (1 << 15, 1 << 16)  # by side: the sequence number is where it started
WAITED: Final = 1 << 17  # payload of the sender waited to be acknowledged before this packet
OVERTAKEN: Final = (1 << 18, 1 << 19)  # by side: more of it is acknowledged than it has sent

CONTROL: Final = SYN | FIN | RST


def before_payload(code: int) -> int:
    """Return the code as it is while the payload of the packet has not been taken in."""
    own = UNACKNOWLEDGED[code & SIDE]
    return code | own if code & WAITED else code & ~own
