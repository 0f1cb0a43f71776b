"""Client and server hellos."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.tls.hello import (
    Extensions,
    MalformedMessageError,
    application_protocols,
    parse_client_hello,
    parse_server_hello,
    server_names,
    split_extensions,
)
from tests.capture.builtin.tls.handshakes import client_hello, extension, prefixed, server_hello

NAME = extension(0, prefixed(2, b"\0" + prefixed(2, b"a.example")))
BODY = client_hello(
    NAME,
    extension(10, prefixed(2, b"\0\x1d\0\x17")),
    extension(11, b"\x01\0"),
    extension(13, prefixed(2, b"\x04\x03\x08\x04")),
    extension(16, prefixed(2, b"\x02h2\x08http/1.1")),
    extension(43, b"\x04\x03\x04\x03\x03"),
    session_id=b"session",
)[4:]


def test_every_field_of_a_client_hello():
    hello = parse_client_hello(BODY)
    assert hello.version == 0x0303
    assert hello.session_id == b"session"
    assert hello.cipher_suites == b"\x13\x01\xc0\x2f"
    assert hello.extensions.numbers == (0, 10, 11, 13, 16, 43)
    assert hello.extensions.contents[11] == b"\x01\0"
    assert hello.extensions.complete


def test_client_hello_without_extensions():
    hello = parse_client_hello(client_hello()[4:-2])
    assert hello.extensions == Extensions((), {}, complete=True)


def test_cookie_of_dtls_is_passed_over():
    hello = parse_client_hello(client_hello(version=0xFEFD, cookie=b"cookie")[4:])
    assert hello.cipher_suites == b"\x13\x01\xc0\x2f"


def test_client_hello_with_cut_extensions_keeps_the_others():
    hello = parse_client_hello(BODY[:-3])
    assert hello.extensions.numbers == (0, 10, 11, 13, 16)
    assert not hello.extensions.complete


@pytest.mark.parametrize(
    ("octets", "numbers", "complete"),
    [
        (b"", (), True),
        (b"\0\0", (), True),
        (prefixed(2, extension(10, b"ab"), extension(9, b"")), (10, 9), True),
        (b"\0\x63" + extension(10, b"ab"), (10,), True),
        (prefixed(2, extension(10, b"ab"), b"\0\x09\0"), (10,), False),
        (prefixed(2, extension(10, b"ab"), b"\0\x0b\0\x04abc"), (10,), False),
    ],
)
def test_splitting_extensions(octets, numbers, complete):
    contents = {10: b"ab"} if numbers else {}
    assert split_extensions(octets) == (numbers, contents, complete)


def test_of_an_extension_that_is_there_twice_the_last_counts():
    found = split_extensions(b"\0\0" + extension(10, b"ab") + extension(10, b"cd"))
    assert (found.numbers, found.contents) == ((10, 10), {10: b"cd"})


@pytest.mark.parametrize("length", [0, 33, 34, 41, 44, 46])
def test_client_hello_that_ends_early_is_malformed(length):
    with pytest.raises(MalformedMessageError):
        parse_client_hello(BODY[:length])


def test_every_field_of_a_server_hello():
    body = server_hello(extension(43, b"\x03\x04"), cipher_suite=0x1302, session_id=b"s")[4:]
    hello = parse_server_hello(body)
    assert (hello.version, hello.session_id, hello.cipher_suite) == (0x0303, b"s", 0x1302)
    assert hello.extensions.contents == {43: b"\x03\x04"}
    assert not hello.asks_for_retry


@pytest.mark.parametrize("version", [b"\x7f\x12", b"\x03\x04"])
def test_server_hello_of_a_draft_has_no_session_id(version):
    body = version + bytes(32) + b"\x13\x01" + prefixed(2, extension(51, b"\0\x1d"))
    hello = parse_server_hello(body)
    assert (hello.session_id, hello.cipher_suite) == (b"", 0x1301)
    assert hello.extensions.contents == {51: b"\0\x1d"}


@pytest.mark.parametrize("length", [0, 33, 34, 36, 37])
def test_server_hello_that_ends_early_is_malformed(length):
    with pytest.raises(MalformedMessageError):
        parse_server_hello(server_hello(session_id=b"s")[4:][:length])


def test_server_names_of_other_kinds_end_the_list():
    content = prefixed(2, b"\0" + prefixed(2, b"a") + b"\x07" + prefixed(2, b"b"))
    assert server_names(content) == ("a",)


def test_server_name_that_is_no_text_stays_visible():
    assert server_names(prefixed(2, b"\0" + prefixed(2, b"\xff\xc3\xa9"))) == ("\\xff\\xc3\\xa9",)


def test_protocols_that_are_cut_off():
    assert application_protocols(b"\0\x09\x02h2\x08http") == ("h2", "http")


@given(st.binary(max_size=120))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_a_hello_or_malformed(body):
    for parse in (parse_client_hello, parse_server_hello):
        try:
            hello = parse(body)
        except MalformedMessageError:
            continue
        assert sum(4 + len(part) for part in hello.extensions.contents.values()) <= len(body)
