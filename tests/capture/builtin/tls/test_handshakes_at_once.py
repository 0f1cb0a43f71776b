"""Handshakes read at once say what the same handshakes say when read one by one."""

import ssl
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.handshakes_at_once import read_handshakes
from capture.builtin.tls.stream import TlsStream
from tests.capture.builtin.tls.handshakes import (
    SERVER_CERTIFICATE,
    Flight,
    certificate_message,
    client_hello,
    contexts,
    extension,
    feed,
    handshake,
    handshake_record,
    message,
    prefixed,
    record,
    server_hello,
    tls_1_2_flights,
    tls_1_3_flights,
)
from tests.capture.builtin.tls.payloads_in_order import in_order_payload

CHANGE = record(20, b"\x01")
FINISHED = record(22, bytes(40))
DATA = record(23, b"x" * 30)
HELLO = handshake_record(client_hello())
ANSWER = handshake_record(server_hello())
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
RETRY = handshake_record(server_hello(random=RETRY_RANDOM))
DONE = handshake_record(message(14, b""))
KEY_EXCHANGE = handshake_record(message(16, b"key"))
ROLES_EXCHANGED = handshake_record(message(0, b""), certificate_message(SERVER_CERTIFICATE))
CLIENT_ENDS = (True, CHANGE), (True, FINISHED)
SERVER_ENDS = (False, CHANGE), (False, FINISHED)


def spoken(flights: list[Flight] | tuple[Flight, ...]) -> list[Segment]:
    """Return flights as segments, a microsecond apart."""
    return [Segment(1000 * number, *flight) for number, flight in enumerate(flights)]


def at_once(*connections: list[Segment]) -> list[TlsConnection | None]:
    """Return the handshakes by connection, each with its own times and name of the server."""
    found: list[TlsConnection | None] = [None] * len(connections)
    handshakes = read_handshakes(in_order_payload(connections))
    for number, time_ns, name, chain_times, shared in zip(*handshakes, strict=True):
        times = iter(chain_times)
        server, client = (
            [chain._replace(time_ns=next(times)) for chain in chains]
            for chains in (shared.server_chains, shared.client_chains)
        )
        found[number] = replace(
            shared, time_ns=time_ns, server_name=name, server_chains=server, client_chains=client
        )
    return found


def one_by_one(segments: list[Segment]) -> TlsStream:
    stream = TlsStream()
    feed(stream, *segments)
    return stream


@lru_cache(maxsize=1)
def conversations() -> tuple[tuple[Flight, ...], ...]:
    """Return handshakes, usual and unusual."""
    tls_1_2 = ssl.TLSVersion.TLSv1_2
    made = (
        (True, HELLO), (False, ANSWER + DONE), (True, KEY_EXCHANGE), *CLIENT_ENDS, *SERVER_ENDS,
        (True, DATA), (False, DATA),
    )  # fmt: skip
    return (
        tls_1_2_flights(),
        tls_1_3_flights(),
        tuple(handshake(*contexts(), resumed=True)),
        tuple(handshake(*contexts(tls_1_2, tickets=False), resumed=True)),
        tuple(handshake(*contexts(client_certificate=True))),
        tuple(handshake(*contexts(trusted=False))),
        tuple(handshake(*contexts(protocols=("h2",)))),
        made,
        (*made[:4], (False, DATA), (False, record(21, b"\x01\x00")), *made[4:]),
        ((True, HELLO), (False, RETRY), *SERVER_ENDS, (True, HELLO), (False, ANSWER), (True, DATA)),
        ((False, HELLO), (True, ANSWER), (False, CHANGE), (False, FINISHED), *CLIENT_ENDS),
        ((True, HELLO), (False, record(21, b"\x01\x70") + ANSWER), *SERVER_ENDS, *CLIENT_ENDS),
        ((True, HELLO), (False, DONE), (False, ANSWER), *SERVER_ENDS, *CLIENT_ENDS),
        ((True, HELLO), (False, ANSWER + DATA + DONE), *CLIENT_ENDS, *SERVER_ENDS),
        ((True, HELLO), (False, RETRY), *SERVER_ENDS, *CLIENT_ENDS),
        ((True, HELLO), (False, ANSWER), (True, ROLES_EXCHANGED), *SERVER_ENDS, *CLIENT_ENDS),
    )


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 6, 7])
def test_a_usual_handshake_is_read(number: int) -> None:
    segments = spoken(conversations()[number])
    (found,) = at_once(segments)
    assert found is not None
    assert found.established
    assert found == one_by_one(segments).result()


def test_of_two_names_of_the_server_the_last_counts() -> None:
    named = [
        extension(0, prefixed(2, b"\0" + prefixed(2, name))) for name in (b"one.test", b"two.test")
    ]
    hello = handshake_record(client_hello(*named))
    segments = spoken([(True, hello), (False, ANSWER + DONE), *CLIENT_ENDS, *SERVER_ENDS])
    (found,) = at_once(segments)
    assert found is not None
    assert found.server_name == "two.test"
    assert found == one_by_one(segments).result()


def test_connections_do_not_mix() -> None:
    every = [spoken(conversation) for conversation in conversations()]
    together = at_once(*every, [], *reversed(every))
    assert together == [found for one in every for found in at_once(one)] + [None] + [
        found for one in reversed(every) for found in at_once(one)
    ]


def test_nothing_at_all() -> None:
    assert at_once() == []
    assert at_once([], []) == [None, None]


@pytest.mark.parametrize(
    "flights",
    [
        ((True, HELLO),),
        ((True, HELLO), (False, ANSWER)),
        ((True, HELLO), (False, ANSWER), *SERVER_ENDS, (True, CHANGE)),
        ((True, HELLO[:-1]), (True, HELLO[-1:] + b"no TLS"), (False, ANSWER), *SERVER_ENDS),
    ],
)
def test_what_goes_on_is_left_to_others(flights: tuple[Flight, ...]) -> None:
    assert at_once(spoken(flights)) == [None]


def test_what_contradicts_tls_before_the_end_is_left_to_others() -> None:
    flights = [(True, HELLO), (False, ANSWER), *CLIENT_ENDS, (True, b"no TLS"), *SERVER_ENDS]
    assert at_once(spoken(flights)) == [None]
    assert not one_by_one(spoken(flights)).result().confirmed


@pytest.mark.parametrize("number", range(8, 16))
def test_an_unusual_handshake_is_left_to_others(number: int) -> None:
    segments = spoken(conversations()[number])
    assert at_once(segments) == [None]
    assert one_by_one(segments).result() is not None


def test_a_malformed_certificate_is_left_to_others() -> None:
    broken = handshake_record(message(11, certificate_message(b"x" * 20)[4:-3]))
    flights = [(True, HELLO), (False, ANSWER + broken), *SERVER_ENDS, *CLIENT_ENDS]
    assert at_once(spoken(flights)) == [None]


@st.composite
def segmented(draw: st.DrawFn) -> list[Segment]:
    """Return a conversation, perhaps damaged, cut anywhere, both sides merged in any order."""
    flights = draw(st.sampled_from(conversations()))
    sides = [bytearray(b"".join(data for side, data in flights if side == s)) for s in (0, 1)]
    for _ in range(draw(st.integers(0, 2))):
        damaged = draw(st.sampled_from(sides))
        if damaged:
            damaged[draw(st.integers(0, min(200, len(damaged) - 1)))] = draw(st.integers(0, 255))
    segments: list[Segment] = []
    natural = draw(st.booleans())
    turns = [side for side, _ in flights] if natural else draw(st.lists(st.booleans(), max_size=30))
    left = [bytes(side) for side in sides]
    lengths = iter([len(data) for _, data in flights] if natural else [])
    for side in turns:
        size = next(lengths, 0) or draw(st.integers(1, 700))
        while size and left[side]:
            cut = size if draw(st.booleans()) else draw(st.integers(1, size))
            data, left[side] = left[side][:cut], left[side][cut:]
            segments.append(Segment(1000 * len(segments), bool(side), data))
            size -= cut
    return segments


@settings(max_examples=200, deadline=None)
@given(st.lists(segmented(), min_size=1, max_size=3))
def test_reading_at_once_agrees_with_reading_one_by_one(connections: list[list[Segment]]) -> None:
    for segments, found in zip(connections, at_once(*connections), strict=True):
        if found is not None:
            stream = one_by_one(segments)
            assert stream.finished
            assert found == stream.result()
