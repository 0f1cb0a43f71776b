"""The rules by which messages become a row: established, history, chains, alerts."""

import pytest

from tests.capture.builtin.tls.handshakes import (
    CLIENT_CERTIFICATE,
    SERVER_CERTIFICATE,
    certificate_message,
    client_hello,
    extension,
    handshake_record,
    message,
    prefixed,
    read,
    record,
    server_hello,
    subjects,
)

CHANGE = record(20, b"\x01")
DATA = record(23, b"ciphertext")
FINISHED = record(22, b"ciphertext")
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
VERSION_1_3 = extension(43, b"\x03\x04")
KEY_SHARE = extension(51, b"\0\x1d" + prefixed(2, bytes(32)))
HELLO = handshake_record(client_hello())
SERVER_HELLO = handshake_record(server_hello())
SERVER_HELLO_1_3 = handshake_record(
    server_hello(VERSION_1_3, KEY_SHARE, cipher_suite=0x1301, session_id=b"s")
)


def test_client_hello_alone():
    found = read([(True, HELLO)])
    assert (found.history, found.established, found.confirmed) == ("C", False, True)
    assert (found.version, found.cipher, found.curve) == (None, None, None)


def test_tls_1_2_is_established_by_the_first_record_after_both_changes():
    flights = [(True, HELLO), (False, SERVER_HELLO), (True, CHANGE + FINISHED), (False, CHANGE)]
    assert not read(flights).established
    found = read([*flights, (False, FINISHED)])
    assert (found.history, found.established) == ("CsIi", True)


def test_tls_1_3_is_established_by_application_data_of_both_sides():
    flights = [(True, HELLO), (False, SERVER_HELLO_1_3 + CHANGE + DATA), (True, CHANGE)]
    found = read(flights)
    assert (found.history, found.established, found.version) == ("CsiI", False, "TLSv13")
    assert (found.cipher, found.curve) == ("TLS_AES_128_GCM_SHA256", "x25519")
    assert read([*flights, (True, DATA)]).established


def test_change_of_cipher_spec_means_nothing_after_a_retry_request():
    retry = handshake_record(server_hello(VERSION_1_3, extension(51, b"\0\x17"), random=RETRY))
    found = read(
        [
            (True, HELLO),
            (False, retry + CHANGE),
            (True, CHANGE + HELLO),
            (False, SERVER_HELLO_1_3 + DATA),
            (True, DATA),
        ]
    )
    assert (found.history, found.established, found.curve) == ("CjiICs", True, "x25519")


def test_nothing_counts_after_the_session_is_established():
    found = read(
        [
            (True, HELLO),
            (False, SERVER_HELLO + CHANGE + FINISHED),
            (True, CHANGE + FINISHED),
            (True, record(21, b"\x02\x28")),
        ]
    )
    assert (found.last_alert, found.history) == (None, "CsiI")


def test_certificates_of_both_sides():
    found = read(
        [
            (True, HELLO),
            (
                False,
                SERVER_HELLO
                + handshake_record(certificate_message(SERVER_CERTIFICATE, CLIENT_CERTIFICATE)),
            ),
            (True, handshake_record(certificate_message(CLIENT_CERTIFICATE))),
        ]
    )
    assert found.history == "CsxX"
    assert subjects(found.server_chains) == ["CN=server.example", "CN=client"]
    assert subjects(found.client_chains) == ["CN=client"]
    assert [chain.time_ns for chain in (*found.server_chains, *found.client_chains)] == [1000, 2000]


def test_alerts():
    found = read([(True, HELLO), (False, record(21, b"\x02\x46")), (True, record(21, b"\x01\0"))])
    assert (found.history, found.last_alert, found.confirmed) == ("ClL", "close_notify", True)


def test_heartbeat():
    assert read([(True, HELLO), (False, record(24, b"\x01\0\x03abc"))]).history == "Cb"


def test_history_is_bounded():
    hello_requests = handshake_record(*[message(14, b"")] * 300)
    assert len(read([(True, HELLO), (False, hello_requests)]).history) == 100


def test_history_is_bounded_when_the_sides_change_their_roles_over_and_over():
    both = handshake_record(*[client_hello(), message(0, b"")] * 200)
    assert len(read([(True, HELLO), (True, both)]).history) <= 101


def test_roles_follow_who_sends_the_client_hello():
    found = read([(False, HELLO), (True, SERVER_HELLO)])
    assert found.history == "^Cs"
    assert found.version == "TLSv12"


@pytest.mark.parametrize(
    "violation",
    [
        handshake_record(message(99, b"unknown")),
        handshake_record(message(2, b"cut")),
        handshake_record(message(11, b"\0\0\x09cut")),
        record(30, b"unknown content"),
        record(21, b"odd"),
        handshake_record(message(2, b"\x05\x05" + server_hello()[6:])),
    ],
)
def test_what_tls_does_not_allow_ends_the_reading_and_the_confirmation(violation):
    found = read([(True, HELLO), (False, violation), (False, SERVER_HELLO)])
    assert not found.confirmed
    assert found.history.rstrip("lL") == "C"


def test_client_hello_with_cut_extensions_keeps_what_came_before():
    name = extension(0, prefixed(2, b"\0" + prefixed(2, b"a.example")))
    whole = client_hello(name, extension(35, b"ticket"))[4:]
    found = read([(True, handshake_record(message(1, whole[:-2])))])
    assert (found.server_name, found.confirmed, found.history) == ("a.example", False, "")


@pytest.mark.parametrize("side", [True, False])
def test_first_hello_without_a_whole_extension_is_none_but_the_answer_counts(side):
    hello = (client_hello if side else server_hello)(b"\0\0\xff\xff")
    alert = record(21, b"\x02\x32")
    found = read([(side, handshake_record(hello)), (not side, alert)])
    assert (found.time_ns, found.history.lower(), found.last_alert) == (0, "l", "decode_error")
    assert (found.version, found.client_offer, found.confirmed) == (None, None, False)


def test_certificates_of_a_connection_are_bounded():
    chain = handshake_record(certificate_message(*[bytes(90)] * 600))
    found = read([(True, HELLO), (False, SERVER_HELLO), *[(False, chain)] * 40])
    assert len(subjects(found.server_chains)) == 20_000
