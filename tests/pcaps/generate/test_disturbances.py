from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.engine import analyse
from pcaps.generate.certificates import Identity
from pcaps.generate.disturbances import (
    delayed,
    fragmented,
    in_gre_tunnel,
    linux_cooked,
    lost,
    network_packet,
    repeated,
    tagged,
    without_link_layer,
)
from pcaps.generate.network import Route, tcp_session
from pcaps.generate.packet import Flight, Packet
from pcaps.generate.tls import TlsExchange, client_context, server_context
from pcaps.generate.writer import write_pcap
from tests.pcaps.generate.dissection import dissect, one_complement_sum

FLIGHTS = [Flight(True, b"question"), Flight(False, bytes(range(256)) * 20)]
IPV4 = tcp_session(Route(("192.168.1.23", 50_000), ("198.51.100.7", 443)), 10**18, FLIGHTS)
IPV6 = tcp_session(Route(("2001:db8:1::23", 50_000), ("2001:db8:2::7", 443)), 10**18, FLIGHTS)


def test_lost_packets_are_gone_and_the_others_as_they_were() -> None:
    assert lost(IPV4, {0, 3}) == [IPV4[1], IPV4[2], *IPV4[4:]]


def test_a_delayed_packet_arrives_behind_the_next() -> None:
    gap = (IPV4[5].time_ns - IPV4[4].time_ns) / 1e9
    found = delayed(IPV4, 4, gap + 1e-6)
    assert [packet.frame for packet in found[4:6]] == [IPV4[5].frame, IPV4[4].frame]
    assert sorted(packet.frame for packet in found) == sorted(packet.frame for packet in IPV4)


def test_a_repeated_packet_is_there_twice() -> None:
    found = repeated(IPV4, 3, 0.2)
    times = [packet.time_ns for packet in found if packet.frame == IPV4[3].frame]
    assert times == [IPV4[3].time_ns, IPV4[3].time_ns + 200_000_000]


def test_vlan_tags_stand_between_the_addresses_and_the_type() -> None:
    for before, after in zip(IPV4, tagged(IPV4, 100, 7), strict=True):
        assert after.frame[12:20] == bytes.fromhex("8100006481000007")
        assert after.frame[:12] + after.frame[20:] == before.frame


@pytest.mark.parametrize("packets", [IPV4, IPV6])
def test_without_link_layer_and_cooked_packets_hold_the_same_ip_packets(
    packets: list[Packet],
) -> None:
    plain = [network_packet(packet.frame) for packet in packets]
    assert [packet.frame for packet in without_link_layer(packets)] == plain
    assert [packet.frame[16:] for packet in linux_cooked(packets)] == plain
    assert all(
        cooked.frame[14:16] == packet.frame[12:14]
        for cooked, packet in zip(linux_cooked(packets), packets, strict=True)
    )


@given(st.integers(68, 1500))
@settings(deadline=None, max_examples=40)
def test_ipv4_fragments_put_together_are_the_packet(largest: int) -> None:
    for packet in IPV4:
        parts = [network_packet(part.frame) for part in fragmented([packet], largest)]
        assert all(len(part) <= largest for part in parts)
        assert all(one_complement_sum(part[:20]) == 0xFFFF for part in parts)
        fields = [int.from_bytes(part[6:8], "big") for part in parts]
        offsets = [(field & 0x1FFF) * 8 for field in fields]
        lengths = [len(part) - 20 for part in parts]
        assert offsets == [sum(lengths[:number]) for number in range(len(parts))]
        assert [bool(field & 0x2000) for field in fields] == [True] * (len(parts) - 1) + [False]
        assert len({part[4:6] for part in parts}) == 1
        assert b"".join(part[20:] for part in parts) == network_packet(packet.frame)[20:]


@given(st.integers(96, 1500))
@settings(deadline=None, max_examples=40)
def test_ipv6_fragments_put_together_are_the_packet(largest: int) -> None:
    for packet in IPV6:
        whole = network_packet(packet.frame)
        parts = [network_packet(part.frame) for part in fragmented([packet], largest)]
        if len(whole) <= largest:
            assert parts == [whole]
            continue
        assert all(len(part) <= largest and part[6] == 44 for part in parts)
        fields = [int.from_bytes(part[42:44], "big") for part in parts]
        lengths = [len(part) - 48 for part in parts]
        assert [field & ~7 for field in fields] == [
            sum(lengths[:number]) for number in range(len(parts))
        ]
        assert [field & 7 for field in fields] == [1] * (len(parts) - 1) + [0]
        assert len({part[44:48] for part in parts}) == 1
        assert b"".join(part[48:] for part in parts) == whole[40:]


@pytest.mark.parametrize("packets", [IPV4, IPV6])
def test_a_gre_tunnel_carries_the_packets_whole(packets: list[Packet]) -> None:
    for before, after in zip(
        packets, in_gre_tunnel(packets, "192.0.2.1", "192.0.2.2"), strict=True
    ):
        outer = network_packet(after.frame)
        assert (outer[9], outer[20:22], outer[22:24]) == (47, b"\0\0", before.frame[12:14])
        assert outer[24:] == network_packet(before.frame)


def test_the_undisturbed_packets_are_sound() -> None:
    assert all(dissect(packet).checksums_right for packet in IPV4 + IPV6)


def test_the_engine_finds_the_same_tls_however_packets_are_wrapped(
    tmp_path: Path, identity: Identity
) -> None:
    exchange = TlsExchange(
        client_context(None), server_context(identity), server_name="www.example.com"
    )
    exchange.handshake()
    route = Route(("192.168.1.23", 50_000), ("198.51.100.7", 443))
    plain = tcp_session(route, 10**18, exchange.flights)
    forms = {
        "plain": (plain, 1),
        "raw": (without_link_layer(plain), 101),
        "cooked": (linux_cooked(plain), 113),
        "vlan": (tagged(plain, 100, 7), 1),
        "fragments": (fragmented(plain, 600), 1),
        "tunnel": (in_gre_tunnel(plain, "192.0.2.1", "192.0.2.2"), 1),
        "repeated": (repeated(plain, 4, 0.2), 1),
        "delayed": (delayed(plain, 5, 0.0001), 1),
    }
    for name, (packets, link_type) in forms.items():
        path = tmp_path / f"{name}.pcap"
        write_pcap(path, packets, link_type=link_type, nanoseconds=True)
        (row,) = analyse(path).ssl.to_dicts()
        assert (name, row["server_name"], row["version"], row["established"]) == (
            name,
            "www.example.com",
            "TLSv13",
            True,
        )
