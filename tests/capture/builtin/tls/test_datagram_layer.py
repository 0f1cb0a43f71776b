"""DTLS: records, fragments, retransmissions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.tls.datagram_layer import FragmentedMessage
from tests.capture.builtin.tls.handshakes import (
    SERVER_CERTIFICATE,
    certificate_message,
    client_hello,
    extension,
    prefixed,
    read,
    server_hello,
    subjects,
)

CLIENT_HELLO = client_hello(version=0xFEFD, cookie=b"")
SERVER_HELLO = server_hello(version=0xFEFD)
CERTIFICATE = certificate_message(SERVER_CERTIFICATE)
STUN = b"\0\x01\0\x08\x21\x12\xa4\x42" + bytes(20)


def dtls_record(content_type: int, payload: bytes, epoch: int = 0, version: int = 0xFEFD) -> bytes:
    header = bytes((content_type,)) + version.to_bytes(2, "big") + epoch.to_bytes(2, "big")
    return header + bytes(6) + prefixed(2, payload)


def piece(message: bytes, number: int = 0, start: int = 0, stop: int | None = None) -> bytes:
    body = message[4:]
    part = body[start:stop]
    header = message[:4] + number.to_bytes(2, "big") + start.to_bytes(3, "big")
    return dtls_record(22, header + prefixed(3, part))


CHANGE = dtls_record(20, b"\x01")
FINISHED = dtls_record(22, bytes(40), epoch=1)
HELLOS = [(True, piece(CLIENT_HELLO)), (False, piece(SERVER_HELLO))]


def test_whole_handshake():
    found = read(
        [
            (True, piece(CLIENT_HELLO)),
            (False, piece(b"\x03\0\0\x03\xfe\xfd\0")),
            (True, piece(CLIENT_HELLO, 1)),
            (False, piece(SERVER_HELLO, 1) + piece(CERTIFICATE, 2)),
            (True, CHANGE + FINISHED),
            (False, CHANGE + FINISHED),
        ],
        datagrams=True,
    )
    assert (found.history, found.version, found.established) == ("CvCsxIi", "DTLSv12", True)
    assert subjects(found.server_chains) == ["CN=server.example"]


def test_dtls_1_3_with_and_without_connection_id():
    hellos = [
        (True, piece(CLIENT_HELLO)),
        (
            False,
            piece(server_hello(extension(43, b"\xfe\xfc"), version=0xFEFD, cipher_suite=0x1301)),
        ),
    ]
    server, client = b"\x2e" + bytes(40), b"\x3f" + b"connection" + bytes(40)
    assert not read([*hellos, (False, server)], datagrams=True).established
    found = read([*hellos, (False, server), (True, client)], datagrams=True)
    assert (found.history, found.version, found.established) == ("Cs", "DTLSv13", True)
    together = [hellos[0], (False, hellos[1][1] + server), (True, client)]
    assert read(together, datagrams=True).established


def test_dtls_1_2_with_connection_id():
    ciphertext = dtls_record(25, b"connection" + bytes(40), epoch=1)
    flights = [*HELLOS, (True, CHANGE + ciphertext), (False, CHANGE + ciphertext)]
    found = read(flights, datagrams=True)
    assert (found.history, found.established) == ("CsIi", True)


def test_stun_in_between_is_passed_over():
    found = read([(True, STUN), *HELLOS[:1], (False, STUN), *HELLOS[1:]], datagrams=True)
    assert found.history == "Cs"


def test_retransmission_counts_again_as_in_zeek():
    assert read([HELLOS[0], HELLOS[0], HELLOS[1]], datagrams=True).history == "CCs"


def test_fragments_in_any_order_and_twice():
    pieces = [
        piece(CERTIFICATE, 1, start, start + 100) for start in range(0, len(CERTIFICATE), 100)
    ]
    disordered = [*pieces[::-2], pieces[0], *pieces[::-1]]
    found = read([*HELLOS, *[(False, part) for part in disordered]], datagrams=True)
    assert found.history == "Csx"
    assert found.server_chains


def test_connection_begins_with_the_first_fragment():
    begun, rest = piece(CLIENT_HELLO, 0, 0, 10), piece(CLIENT_HELLO, 0, 10, None)
    assert read([(True, begun)], datagrams=True).history == ""
    found = read([(True, begun), (True, rest)], datagrams=True)
    assert (found.time_ns, found.history) == (0, "C")


def test_record_of_nothing_is_nothing():
    found = read([HELLOS[0], (False, dtls_record(22, b"")), HELLOS[1]], datagrams=True)
    assert found.history == "Cs"


def test_fragments_of_another_message_start_anew():
    half = len(CERTIFICATE) // 2
    found = read(
        [
            *HELLOS,
            (False, piece(CERTIFICATE, 1, 0, half)),
            (False, piece(CERTIFICATE, 2, half, None)),
        ],
        datagrams=True,
    )
    assert found.history == "Cs"


@pytest.mark.parametrize(
    "datagram",
    [
        dtls_record(22, b"short"),
        dtls_record(22, b"x", version=0x0303),
        dtls_record(22, bytes(40))[:30],
        piece(b"\x0b\xff\xff\xffbody", 1),
    ],
)
def test_garbage_ends_the_reading(datagram):
    found = read([HELLOS[0], (False, datagram), HELLOS[1]], datagrams=True)
    assert found.history == "C"


def test_datagrams_that_are_no_dtls():
    assert read([(True, b"\x40quic or anything")] * 3, datagrams=True) is None
    assert read([(True, b"\x2eanything"), (False, b"\x2eanything")] * 3, datagrams=True) is None


def test_service_is_not_confirmed_as_ssl():
    assert not read(HELLOS, datagrams=True).confirmed


def test_message_of_too_many_pieces_is_given_up():
    message = FragmentedMessage(1, 0, 2000)
    assert [message.add(offset, b"x") for offset in range(2000)][-1] is None


@given(st.binary(min_size=1, max_size=60), st.data())
@settings(deadline=None, max_examples=100)
def test_pieces_that_cover_a_message_give_its_body(body, data):
    order = data.draw(st.permutations(range(len(body))))
    message = FragmentedMessage(1, 0, len(body))
    results = [message.add(start, body[start : start + 1]) for start in order]
    assert results[-1] == body
    assert not any(results[:-1])


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=6))
@settings(deadline=None, max_examples=100)
def test_any_datagrams_after_a_hello(datagrams):
    found = read([HELLOS[0], *datagrams], datagrams=True)
    assert found.history.startswith("C")
