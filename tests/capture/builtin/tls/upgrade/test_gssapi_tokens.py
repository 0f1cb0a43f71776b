"""TLS in tokens of GSSAPI."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.tls.upgrade.gssapi_tokens import GssapiTokens
from tests.capture.builtin.tls.handshakes import (
    client_hello,
    handshake_record,
    read,
    tls_1_2_flights,
)

HELLO = handshake_record(client_hello())


def test_a_handshake_in_tokens_is_read():
    opening = [(False, b"220 GridFTP\r\n"), (True, b"AUTH GSSAPI\r\n"), (False, b"334 go on\r\n")]
    prefixes = {True: b"ADAT ", False: b"335 ADAT="}
    tokens = [
        (side, prefixes[side] + b64encode(data) + b"\r\n") for side, data in tls_1_2_flights()
    ]
    found = read([*opening, *tokens])
    assert (found.version, found.server_name, found.established) == (
        "TLSv12",
        "server.example",
        True,
    )


def test_other_tokens_are_no_tls():
    flights = [
        (False, b"220 GridFTP\r\n"),
        (True, b"AUTH GSSAPI\r\n"),
        (False, b"334 go on\r\n"),
        (True, b"ADAT " + b64encode(b"\x60\x82Kerberos" * 9) + b"\r\n"),
    ]
    assert read(flights) is None


@pytest.mark.parametrize("portion", [1, 1000])
def test_tokens_in_any_portions(portion):
    text = b"ADAT " + b64encode(HELLO) + b"\r\nPASV\r\nADAT A?==\r\nadat AwQ=\r\n"
    tokens = GssapiTokens()
    pieces = [text[start : start + portion] for start in range(0, len(text), portion)]
    assert b"".join(tokens.decode(True, piece) for piece in pieces) == HELLO + b"\3\4"
    assert tokens.decode(False, b"335 ADAT=AQI=\r\n235-ADAT=AwQ=\r\n") == b"\1\2\3\4"


@pytest.mark.parametrize(
    "line", [b"ADAT AQI=\r\n", b"ADAT A?==\r\n", b"ADAT A ADAT B\r\n", b"x" * 200_000]
)
def test_nothing_comes_after_what_is_no_hello(line):
    tokens = GssapiTokens()
    assert tokens.decode(True, line) == b""
    assert tokens.decode(True, b"ADAT " + b64encode(HELLO) + b"\r\n") == b""
    assert tokens.decode(False, b"335 ADAT=AQI=\r\n") == b""


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=6))
def test_any_bytes(pieces):
    tokens = GssapiTokens()
    for side, data in pieces:
        assert len(tokens.decode(side, data)) <= 400
