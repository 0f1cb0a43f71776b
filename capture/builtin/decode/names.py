"""Plain words for what is not decoded: EtherTypes, link types, and why a frame was left out."""

from __future__ import annotations

from collections import Counter
from typing import Final

from capture.builtin.decode import frames as kinds
from capture.builtin.files.records import UNDECLARED

# From the IANA registry "IEEE 802 Numbers".
_ETHERTYPES: Final = {
    0x0806: "ARP",
    0x0842: "Wake-on-LAN",
    0x2000: "CDP",
    0x6002: "DEC MOP",
    0x8035: "RARP",
    0x809B: "AppleTalk",
    0x80F3: "AppleTalk ARP",
    0x8137: "IPX",
    0x8808: "Ethernet flow control",
    0x8809: "slow protocols, such as LACP",
    0x8848: "MPLS multicast",
    0x8863: "PPPoE discovery",
    0x888E: "EAPOL",
    0x8892: "PROFINET",
    0x88A4: "EtherCAT",
    0x88B8: "GOOSE",
    0x88BA: "IEC 61850 sampled values",
    0x88CC: "LLDP",
    0x88E1: "HomePlug AV",
    0x88E5: "MACsec",
    0x88F7: "PTP",
    0x8902: "CFM",
    0x9000: "Ethernet loopback test",
}

# A reader wants to know what is usual here; random bytes would give tens of thousands.
MOST_REASONS: Final = 24
OTHER_ETHERTYPES: Final = "not IP (other EtherTypes)"
OTHER_LINK_TYPES: Final = "other link types not supported"

# From https://www.tcpdump.org/linktypes.html
_LINK_TYPES: Final = {
    3: "AX.25",
    6: "Token Ring",
    7: "ARCNET",
    8: "SLIP",
    100: "ATM",
    107: "Frame Relay",
    117: "OpenBSD pflog",
    119: "Prism",
    122: "IP over Fibre Channel",
    140: "MTP2",
    141: "MTP3",
    147: "user-defined",
    163: "AVS",
    187: "Bluetooth HCI",
    189: "USB",
    195: "IEEE 802.15.4",
    201: "Bluetooth HCI",
    220: "USB",
    249: "USB",
    251: "Bluetooth Low Energy",
    252: "Wireshark upper PDU",
}

_FAILURES: Final = {
    kinds.CUT_OFF: "link-layer header cut off",
    kinds.NOT_IP_LLC: "not IP (IEEE 802.2 LLC, such as spanning tree)",
    kinds.NOT_IP_SNAP: "not IP (SNAP of another organisation)",
    kinds.NOT_DATA: "not IP (IEEE 802.11 without data)",
    kinds.ENCRYPTED: "encrypted IEEE 802.11 frame",
    kinds.NOT_IP_PPP: "not IP (PPP control or another PPP protocol)",
    kinds.NOT_IP_FAMILY: "not IP (other address family on a loopback)",
    kinds.TOO_DEEP: "tunnel within too many tunnels",
    kinds.BAD_LINK_HEADER: "bad link-layer header",
    kinds.BAD_INNER: "tunnel with another length or IP version than its packet",
    kinds.OTHER_LINK_TYPE: "link type named in a PPI or PKTAP header not supported",
}


def describe(kind: int) -> str:
    """Return the reason for leaving out frames of that kind."""
    if kind in _FAILURES:
        return _FAILURES[kind]
    return f"not IP ({_ETHERTYPES.get(kind, f'EtherType 0x{kind:04x}')})"


def describe_link_type(link_type: int) -> str:
    """Return the reason for leaving out frames of that link type."""
    if link_type == UNDECLARED:
        return "packet of an interface that the file does not describe"
    name = f" ({_LINK_TYPES[link_type]})" if link_type in _LINK_TYPES else ""
    return f"link type {link_type}{name} not supported"


def count_skipped(skipped: Counter[str], reason: str, others: str, number: int) -> None:
    """Count frames left out for a reason; ``others`` stands for what a list has no room for."""
    full = len(skipped) >= MOST_REASONS and reason not in skipped
    skipped[others if full else reason] += number
