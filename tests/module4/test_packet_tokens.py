import numpy as np

from module4.packet_tokens import BITS, PacketTokens
from module4.templates import read_templates

from ..capture.builtin.decode.packet_bytes import decode, ethernet, ipv4, ipv6, tcp, udp
from .small_captures import DATA, RECORD, SYN, SYN_ACK

TEMPLATES = read_templates()


def tokens_of(frame: bytes) -> list[str]:
    block, _ = decode([frame])
    profile = int(PacketTokens(TEMPLATES).of(block).profile[0])
    codes = [profile >> BITS * kind & (1 << BITS) - 1 for kind in range(4)]
    return [TEMPLATES.tokens[code - 1] for code in codes if code]


def test_tokens_of_layers() -> None:
    assert tokens_of(ethernet(ipv4(tcp(RECORD), 6))) == ["IP", "TCP", "https", "TLS"]
    query = bytes(2) + b"\x01\x00" + bytes(8)
    assert tokens_of(ethernet(ipv6(udp(query)), 0x86DD)) == ["IPv6", "UDP", "domain", "DNS Qry"]
    assert tokens_of(ethernet(ipv4(b"\x08\0\0\0" + bytes(8), 1))) == ["IP", "ICMP"]
    assert tokens_of(ethernet(ipv4(tcp(b"", 50000, 50001), 6))) == ["IP", "TCP"]


def test_lower_port_names_the_service_unless_only_the_higher_has_a_name() -> None:
    assert "https" in tokens_of(ethernet(ipv4(tcp(b"", 8080, 443), 6)))
    assert "http-alt" in tokens_of(ethernet(ipv4(tcp(b"", 2222, 8080), 6)))


def test_unknown_ports_are_those_of_tcp_and_udp_that_no_template_has() -> None:
    frames = [
        ethernet(ipv4(tcp(b"", 50000, 50001), 6)),
        ethernet(ipv4(udp(b"x", 50000, 50001))),
        ethernet(ipv4(tcp(b"", 50000, 443), 6)),
        ethernet(ipv4(b"\x08\0\0\0" + bytes(8), 1)),
    ]
    block, _ = decode(frames)
    assert PacketTokens(TEMPLATES).of(block).unknown_port.tolist() == [True, True, False, False]


def warned(*segments: bytes, protocol: int = 6) -> list[int]:
    block, _ = decode([ethernet(ipv4(segment, protocol)) for segment in segments])
    ports: list[int] = PacketTokens(TEMPLATES).of(block).warned_port.tolist()
    return ports


def test_port_of_a_trojan_is_told_of_the_responder_alone() -> None:
    assert warned(
        tcp(b"", 50000, 12345, flags=SYN),
        tcp(b"", 12345, 50000, flags=SYN_ACK),
        tcp(b"", 12345, 443, flags=SYN),
        tcp(b"x", 50000, 12345, flags=DATA),
    ) == [12345, 12345, 0, 0]
    assert warned(udp(b"x", 50000, 31337), udp(b"x", 31337, 53), protocol=17) == [31337, 0]


def test_block_without_packets() -> None:
    block, _ = decode([ethernet(b"\0" * 60, 0x0806)])
    assert len(PacketTokens(TEMPLATES).of(block).profile) == 0
    assert PacketTokens(TEMPLATES).of(block).profile.dtype == np.int64
