from collections.abc import Sequence

import numpy as np
import pytest

from module3.flows import FlowBuilder
from module3.table import flow_table
from tests.capture.builtin.flows.packet_blocks import Packet, blocks
from tests.module3.small_flows import CLIENT

SERVER = ("192.0.2.7", 22)
# Lengths of what OpenSSH 9.2 sends: banner, algorithms, key exchange, accepted service, refusals.
KEYS = [41, 1112, 524]
REFUSED = [*KEYS, 44, 76, 76, 76]


def refusals(
    lengths: Sequence[int], size: int = 1 << 16, port: int = 22, *, server_first: bool = False
) -> tuple[int, bool]:
    """Return refusals and whether a login succeeded, of what a server sends."""
    server = (SERVER[0], port)
    packets = [] if server_first else [Packet(0, *CLIENT, *server, flags="S")]
    for at, length in enumerate(lengths, 1):
        packets.append(Packet(at, *server, *CLIENT, flags="A", payload=bytes(length)))
        packets.append(Packet(at, *CLIENT, *server, flags="A", payload=bytes(28)))
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, size)]
    table = flow_table(np.concatenate((*over, builder.finish())), logins=True)
    ((refused, succeeded),) = table.select("SSH Refusals", "SSH Logins").rows()
    return refused, succeeded


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        (REFUSED, (3, False)),
        ([*KEYS, 44, 76, 28, 644, 44, 108], (1, True)),  # chacha20-poly1305
        ([41, 1112, 1000, 1112, 16, 68, 84, 52, 68, 52], (1, True)),  # ...-etm, keys apart
        ([*KEYS, 64, 80, 80], (2, False)),
        ([*KEYS, 36, 180, 164, 92], (3, False)),  # padded at random
        (KEYS, (0, False)),
        ([41], (0, False)),
        ([], (0, False)),
    ],
)
def test_lengths_tell_refusals_from_success(
    lengths: Sequence[int], expected: tuple[int, bool]
) -> None:
    assert refusals(lengths) == expected
    assert refusals(lengths, size=3) == expected


@pytest.mark.parametrize("accepted", [40, 44, 48, 52, 56, 64, 68, 96, 100])
def test_success_is_told_with_every_cipher_and_mac(accepted: int) -> None:
    assert refusals([*KEYS, accepted, accepted + 32, accepted - 16]) == (1, True)
    assert refusals([*KEYS, accepted + 2, accepted + 34, accepted - 14]) == (2, False)


def test_each_flow_is_judged_by_its_own_replies() -> None:
    packets = [Packet(0, *CLIENT, "192.0.2.8", 443, flags="A", payload=bytes(9))]
    for at, length in enumerate((*KEYS, 44, 76, 76, 76)):
        for client, own in ((CLIENT, length), (("10.0.0.9", 40001), 28 if at == 5 else length)):
            packets.append(Packet(at, *SERVER, *client, flags="A", payload=bytes(own)))
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, 1 << 16)]
    table = flow_table(np.concatenate((*over, builder.finish())), logins=True)
    assert sorted(table.select("SSH Refusals", "SSH Logins").rows()) == [
        (0, False),
        (1, True),
        (3, False),
    ]


def test_only_what_begins_a_connection_is_noted() -> None:
    assert refusals([*REFUSED, *[76] * 40, 28]) == (12, False)


def test_a_server_that_seemed_to_begin() -> None:
    assert refusals(REFUSED, server_first=True) == (3, False)


def test_other_ports_need_a_banner() -> None:
    assert refusals(REFUSED, port=443) == (0, False)


@pytest.mark.parametrize("size", [1, 3, 1 << 16])
def test_what_came_before_a_banner_is_not_noted_whatever_the_blocks(size: int) -> None:
    server = (SERVER[0], 2222)
    said = [bytes(1112), bytes(524), bytes(44), bytes(76), b"SSH-2.0-OpenSSH_9.2\r\n"]
    said += [bytes(length) for length in (*KEYS[1:], 44, 76, 76)]
    packets = [Packet(0, *CLIENT, *server, flags="S")]
    packets += [Packet(at, *server, *CLIENT, flags="A", payload=one) for at, one in enumerate(said)]
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, size)]
    table = flow_table(np.concatenate((*over, builder.finish())), logins=True)
    assert table.select("SSH Refusals", "SSH Logins").rows() == [(2, False)]
