import pytest

from tests.capture.builtin.decode.packet_bytes import decode, ethernet, ipv4, ipv6, tcp, udp

INNER = ipv6(tcp(b"inner"), 6)
BETWEEN_PEERS = ipv6(tcp(b"inner"), 6, destination="2001:0:1::5")
ORIGIN = b"\0\0" + bytes(6)


def authentication(identity: bytes = b"", value: bytes = b"") -> bytes:
    return bytes([0, 1, len(identity), len(value)]) + identity + value + bytes(9)


def is_opened(payload: bytes, port: int) -> bool:
    block, _ = decode([ethernet(ipv4(udp(payload, 40000, port)))])
    return len(block) == 2


@pytest.mark.parametrize("head", [b"", ORIGIN, authentication(b"me", b"secret"), authentication()])
def test_on_its_port_teredo_may_have_headers(head: bytes) -> None:
    assert is_opened(head + INNER, 3544)


@pytest.mark.parametrize(
    "payload",
    [BETWEEN_PEERS, ORIGIN + INNER, authentication(b"me") + ORIGIN + INNER],
)
def test_teredo_is_known_on_any_port(payload: bytes) -> None:
    assert is_opened(payload, 50000)


@pytest.mark.parametrize(
    "payload",
    [
        INNER,
        authentication() + INNER,
        ORIGIN + BETWEEN_PEERS[:-1],
        ORIGIN + b"\x45" + INNER[1:],
        ORIGIN + ORIGIN + INNER,
        b"\0\2" + ORIGIN[2:] + INNER,
        BETWEEN_PEERS[:39],
        b"",
    ],
)
def test_what_only_resembles_teredo_stays_an_ordinary_packet(payload: bytes) -> None:
    assert not is_opened(payload, 50000)


def test_headers_come_once_and_in_order() -> None:
    assert is_opened(authentication() + ORIGIN + INNER, 3544)
    assert not is_opened(ORIGIN + authentication() + INNER, 3544)
    assert not is_opened(ORIGIN + ORIGIN + INNER, 3544)
