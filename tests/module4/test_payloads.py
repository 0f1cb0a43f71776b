import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from module4.payloads import PayloadTokens
from module4.templates import read_templates

from ..capture.builtin.decode.packet_bytes import decode, ethernet, ipv4, tcp, udp
from .small_captures import RECORD

TEMPLATES = read_templates()
PAYLOADS = PayloadTokens(TEMPLATES)


def token(segment: bytes, protocol: int = 6, captured: int | None = None) -> str | None:
    block, _ = decode([ethernet(ipv4(segment, protocol))], captured=captured)
    code = int(PAYLOADS.of(block)[0])
    return TEMPLATES.tokens[code - 1] if code else None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (RECORD, "TLS"),
        (b"\x14\x03\x01\x00\x01\x01", "TLS"),
        (b"\x18\x03\x00\x00\x10", "TLS"),
        (b"\x13\x03\x03\x00\x10" + bytes(16), None),
        (b"\x19\x03\x03\x00\x10" + bytes(16), None),
        (b"\x16\x03\x04\x48\x00", "TLS"),
        (b"\x16\x03\x05\x00\x10" + bytes(16), None),
        (b"\x16\x02\x00\x00\x10" + bytes(16), None),
        (b"\x16\x03\x03\x48\x01" + bytes(16), None),
        (b"\x16\x03\x03", None),
        (b"MZ\x90\0", "file exe"),
        (b"PK\x03\x04" + bytes(20), "file zip"),
        (b"PK\x03", None),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nMZ\x90", "file exe"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nA: MZ", None),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 1000 + b"\r\n\r\nMZ", "file exe"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 1001 + b"\r\n\r\nMZ", None),
        (b"HTTP/1.1 200 OK\r\n\r\nPK\x03", None),
        (b"HTTP/1.1 200 OK\r\n\r\n\r\n\r\nMZ", None),
        (b"x", None),
    ],
)
def test_first_bytes_over_tcp(payload: bytes, expected: str | None) -> None:
    assert token(tcp(payload)) == expected


QUERY, ANSWER = bytes(2) + b"\x01\x00" + bytes(8), bytes(2) + b"\x81\x80" + bytes(8)


@pytest.mark.parametrize(
    ("segment", "protocol", "expected"),
    [
        (udp(QUERY), 17, "DNS Qry"),
        (udp(ANSWER, 53, 40000), 17, "DNS Ans"),
        (udp(ANSWER, 5353, 5353), 17, "DNS Ans"),
        (udp(QUERY[:11]), 17, None),
        (udp(QUERY, 40000, 54), 17, None),
        (udp(QUERY, 40000, 5355), 17, "DNS Qry"),
        (tcp(b"\0\x0b" + QUERY[:11], 40000, 53), 6, None),
        (tcp(b"\0\x0c" + QUERY, 40000, 53), 6, "DNS Qry"),
        (tcp(b"\0\x0c" + ANSWER, 53, 40000), 6, "DNS Ans"),
        (udp(b"MZ" + bytes(20), 1, 2), 17, None),
    ],
)
def test_dns_messages(segment: bytes, protocol: int, expected: str | None) -> None:
    assert token(segment, protocol) == expected


def test_what_was_not_captured_is_not_read() -> None:
    headers = 14 + 20 + 20
    assert token(tcp(RECORD), captured=headers + 4) is None
    assert token(tcp(b"HTTP/1.1 200 OK\r\n\r\nMZ"), captured=headers + 20) is None


@settings(deadline=None)
@given(st.binary(max_size=80), st.integers(0, 200))
def test_any_payload_gives_a_token_or_none(payload: bytes, captured: int) -> None:
    block, _ = decode([ethernet(ipv4(tcp(payload, 53, 80), 6))], captured=54 + captured)
    codes = PAYLOADS.of(block)
    assert len(codes) == len(block)
    assert all(0 <= code <= len(TEMPLATES.tokens) for code in codes.tolist())
