"""Messages of SSL 2."""

import struct

import pytest

from capture.builtin.tls.hello import MalformedMessageError
from capture.builtin.tls.ssl2 import parse_client_hello, parse_server_hello

CLIENT = b"\x01" + struct.pack(">HHHH", 0x0301, 6, 0, 16) + b"\x01\0\x80\0\0\x2f" + bytes(16)
SERVER = b"\x04\0\x01" + struct.pack(">HHHH", 2, 3, 3, 4) + b"DER" + b"\x01\0\x80" + b"conn"


def test_client_hello():
    hello = parse_client_hello(CLIENT)
    assert (hello.version, hello.session_id) == (0x0301, b"")
    assert (hello.cipher_suites, hello.cipher_suite_size) == (b"\x01\0\x80\0\0\x2f", 3)


@pytest.mark.parametrize("message", [CLIENT[:8], CLIENT[:-1], CLIENT + b"x"])
def test_client_hello_whose_lengths_do_not_add_up_is_malformed(message):
    with pytest.raises(MalformedMessageError):
        parse_client_hello(message)


def test_server_hello():
    hello, certificate = parse_server_hello(SERVER)
    assert (hello.version, hello.cipher_suite, certificate) == (2, 0x010080, b"DER")


@pytest.mark.parametrize(
    "message", [SERVER[:10], SERVER[:-1], SERVER.replace(b"\0\x02\0\x03", b"\0\x03\0\x03")]
)
def test_server_hello_cut_off_or_of_another_version_is_malformed(message):
    with pytest.raises(MalformedMessageError):
        parse_server_hello(message)
