"""Hellos that tell nothing apart are hellos of which a session makes the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.tls.hello import MalformedMessageError
from capture.builtin.tls.hellos_at_once import HelloPairs, hello_pairs
from capture.builtin.tls.session import Session
from capture.zeek_format.escapes import text_of
from tests.capture.builtin.tls.handshakes import client_hello, extension, prefixed, server_hello

HEADER = 4
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
SESSION = bytes(range(1, 33))


class Pair(NamedTuple):
    """Bodies of a client and a server hello."""

    client: bytes
    server: bytes


def pair(client: bytes, server: bytes) -> Pair:
    return Pair(client[HEADER:], server[HEADER:])


def server_name(text: bytes) -> bytes:
    return extension(0, prefixed(2, b"\0" + prefixed(2, text)))


def told_apart(*pairs: Pair) -> tuple[HelloPairs, bytes]:
    """Return what tells the pairs apart, and the data, other bytes being around the hellos."""
    data = b"\xff" + b"".join(hello + b"\xff" for each in pairs for hello in each)
    ends = np.cumsum([len(hello) + 1 for each in pairs for hello in each])
    begins = ends - np.array([len(hello) for each in pairs for hello in each], dtype=np.int64)
    client, server = ((begins[side::2], ends[side::2]) for side in (0, 1))
    return hello_pairs(np.frombuffer(data, np.uint8), client, server), data


def key(found: HelloPairs, at: int) -> tuple[object, ...]:
    first, second, third = found.bounds[2 * at : 2 * at + 3]
    return found.flags[at], found.octets[first:second], found.octets[second:third]


def meaning(hellos: Pair) -> Any:
    """Return what a session makes of hellos and an accepted ticket; the name apart."""
    session = Session(confirmable=True)
    try:
        session.read_client_hello(True, hellos.client)
        session.read_server_hello(False, hellos.server)
    except MalformedMessageError:
        return None, None
    session.accept_ticket(True, b"")
    assert session.connection is not None
    negotiation = session.negotiation
    state = session.finished, session.answered, negotiation.chosen_version, negotiation.cipher_suite
    return session.connection.server_name, (replace(session.connection, server_name=None), *state)


def test_random_numbers_names_and_tickets_tell_nothing_apart() -> None:
    pairs = [
        pair(
            client_hello(server_name(text), extension(35, text), extension(51, text)),
            server_hello(extension(51, b"\0\x1d" + text[:4]), random=text.ljust(32, b"r")),
        )
        for text in (b"a.example", b"www.b.example")
    ]
    found, data = told_apart(*pairs)
    assert found.plain == [True, True]
    assert key(found, 0) == key(found, 1)
    names = zip(found.name_begin, found.name_end, strict=True)
    assert [data[begin:end][5:] for begin, end in names] == [b"a.example", b"www.b.example"]


@pytest.mark.parametrize(
    "other",
    [
        pair(client_hello(extension(35, b"ticket"), version=0x0302), server_hello()),
        pair(client_hello(extension(35, b"")), server_hello()),
        pair(client_hello(extension(35, b"ticket"), extension(23, b"")), server_hello()),
        pair(client_hello(extension(35, b"ticket"), session_id=SESSION), server_hello()),
        pair(client_hello(extension(35, b"ticket")), server_hello(cipher_suite=0x1301)),
        pair(client_hello(extension(35, b"ticket")), server_hello(extension(43, b"\3\4"))),
    ],
)
def test_what_is_read_tells_apart(other: Pair) -> None:
    found, _ = told_apart(pair(client_hello(extension(35, b"ticket")), server_hello()), other)
    assert found.plain == [True, True]
    assert key(found, 0) != key(found, 1)


def test_a_session_that_is_taken_up_tells_apart() -> None:
    hello = client_hello(session_id=SESSION)
    pairs = [pair(hello, server_hello(session_id=each)) for each in (SESSION, SESSION[::-1])]
    found, _ = told_apart(*pairs)
    assert found.plain == [True, True]
    assert key(found, 0) != key(found, 1)


@pytest.mark.parametrize(
    "unusual",
    [
        pair(client_hello(version=0xFEFD, cookie=b"c"), server_hello()),
        pair(client_hello(session_id=bytes(33)), server_hello()),
        pair(client_hello(), server_hello(random=RETRY_RANDOM)),
        pair(client_hello(), server_hello(version=0x7F12)),
        pair(client_hello() + b"\0", server_hello()),
        pair(client_hello(), server_hello(extension(43, b"\3\4"))[:-1]),
        pair(client_hello(*[extension(0x1234, b"")] * 41), server_hello()),
        Pair(b"", b""),
    ],
)
def test_unusual_hellos_are_left_to_others(unusual: Pair) -> None:
    found, _ = told_apart(pair(client_hello(), server_hello()), unusual)
    assert found.plain == [True, False]


extensions = st.lists(
    st.builds(
        extension,
        st.sampled_from((0, 10, 11, 13, 16, 35, 40, 41, 43, 51, 0x1A1A)),
        st.sampled_from(
            (b"", b"\0", b"\0\x1d", b"\2\3\4", b"\0\4\0\0\1a", b"\0\3\2h2", b"\x7f\x12")
        ),
    ),
    max_size=3,
)
session_ids = st.sampled_from((b"", b"\0", b"\1", SESSION, bytes(32), bytes(33)))


@st.composite
def pairs_of_hellos(draw: st.DrawFn) -> Pair:
    """Return hellos, perhaps with a byte that was changed or that is missing."""
    version = st.sampled_from((0x0301, 0x0303, 0x0304, 0xFEFD))
    made = pair(
        client_hello(*draw(extensions), version=draw(version), session_id=draw(session_ids)),
        server_hello(*draw(extensions), version=draw(version), session_id=draw(session_ids)),
    )
    bodies = [bytearray(body) for body in made]
    if draw(st.booleans()):
        damaged = draw(st.sampled_from(bodies))
        damaged[draw(st.integers(0, len(damaged) - 1))] = draw(st.integers(0, 255))
    if draw(st.integers(0, 9)) == 0:
        bodies[draw(st.integers(0, 1))].pop()
    return Pair(*map(bytes, bodies))


@settings(max_examples=300, deadline=None)
@given(st.lists(pairs_of_hellos(), min_size=1, max_size=12))
def test_what_is_not_told_apart_means_the_same(pairs: list[Pair]) -> None:
    found, data = told_apart(*pairs)
    meanings: dict[tuple[object, ...], object] = {}
    for at, hellos in enumerate(pairs):
        if found.plain[at]:
            name, rest = meaning(hellos)
            assert meanings.setdefault(key(found, at), rest) == rest
            content = data[found.name_begin[at] : found.name_end[at]]
            # Bytes that are no UTF-8 are shown escaped.
            assert name is None or name.encode() in content or name in text_of(content)
