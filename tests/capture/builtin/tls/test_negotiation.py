"""What the hellos say: version, cipher suite, names, resumption."""

from tests.capture.builtin.tls.handshakes import (
    client_hello,
    extension,
    handshake_record,
    message,
    prefixed,
    read,
    record,
    server_hello,
)

CHANGE = record(20, b"\x01")
DATA = record(23, b"ciphertext")
FINISHED = record(22, b"ciphertext")
VERSION_1_3 = extension(43, b"\x03\x04")
KEY_SHARE = extension(51, b"\0\x1d" + prefixed(2, bytes(32)))
HELLO = handshake_record(client_hello())
SERVER_HELLO = handshake_record(server_hello())
SERVER_HELLO_1_3 = handshake_record(server_hello(VERSION_1_3, KEY_SHARE, cipher_suite=0x1301))


def test_same_session_id_is_a_resumption_up_to_tls_1_2():
    hello = handshake_record(client_hello(session_id=b"abc"))
    echoed = handshake_record(server_hello(session_id=b"abc"))
    assert read([(True, hello), (False, echoed)]).resumed
    assert not read([(True, hello), (False, SERVER_HELLO)]).resumed
    echoed_1_3 = handshake_record(server_hello(VERSION_1_3, session_id=b"abc"))
    assert not read([(True, hello), (False, echoed_1_3)]).resumed


def test_ticket_without_key_exchange_is_a_resumption():
    hello = handshake_record(client_hello(extension(35, b"ticket")))
    key_exchange = handshake_record(message(16, b"key"))
    resumed = [(True, hello), (False, SERVER_HELLO + CHANGE + FINISHED), (True, CHANGE)]
    renewed = [(True, hello), (False, SERVER_HELLO), (True, key_exchange + CHANGE)]
    assert read(resumed).resumed
    assert not read(renewed).resumed


def test_empty_ticket_is_no_resumption():
    hello = handshake_record(client_hello(extension(35, b"")))
    assert not read([(True, hello), (False, SERVER_HELLO), (True, CHANGE)]).resumed


def test_pre_shared_key_of_both_sides_is_a_resumption():
    offered = handshake_record(client_hello(extension(41, b"identities")))
    taken = handshake_record(server_hello(VERSION_1_3, extension(41, b"\0\0")))
    assert read([(True, offered), (False, taken)]).resumed
    assert not read([(True, HELLO), (False, taken)]).resumed
    assert not read([(True, offered), (False, SERVER_HELLO_1_3)]).resumed


def test_names_of_server_and_protocol():
    name = extension(0, prefixed(2, b"\0" + prefixed(2, b"a.example")))
    offered = extension(16, prefixed(2, b"\x02h2\x08http/1.1"))
    chosen = handshake_record(server_hello(extension(16, prefixed(2, b"\x02h2"))))
    found = read([(True, handshake_record(client_hello(name, offered))), (False, chosen)])
    assert (found.server_name, found.next_protocol) == ("a.example", "h2")


def test_protocols_that_only_the_client_offers_are_not_chosen():
    offered = handshake_record(client_hello(extension(16, prefixed(2, b"\x02h2"))))
    assert read([(True, offered), (False, SERVER_HELLO)]).next_protocol is None


def test_draft_version_of_a_server_hello():
    body = b"\x7f\x12" + bytes(32) + b"\x13\x01" + prefixed(2, KEY_SHARE)
    found = read([(True, HELLO), (False, handshake_record(message(2, body))), (False, DATA)])
    assert (found.version, found.curve) == ("TLSv13-draft18", "x25519")


def test_unknown_version_of_the_extension():
    flights = [(True, HELLO), (False, handshake_record(server_hello(extension(43, b"\xfb\x1a"))))]
    assert read(flights).version == "unknown-64282"


def test_version_and_cipher_come_from_the_server():
    found = read([(True, HELLO), (False, SERVER_HELLO)])
    assert (found.version, found.cipher) == (
        "TLSv12",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    )


def test_session_id_longer_than_32_bytes_is_none():
    hello = handshake_record(client_hello(session_id=bytes(range(1, 41))))
    echoed = handshake_record(server_hello(session_id=bytes(range(1, 41))))
    assert not read([(True, hello), (False, echoed)]).resumed


def test_curve_of_the_server_key_exchange():
    key_exchange = handshake_record(message(12, b"\x03\0\x17\x41" + bytes(65)))
    assert read([(True, HELLO), (False, SERVER_HELLO + key_exchange)]).curve == "secp256r1"


def test_first_server_name_counts():
    names = prefixed(2, b"\0" + prefixed(2, b"first"), b"\0" + prefixed(2, b"second"))
    found = read([(True, handshake_record(client_hello(extension(0, names))))])
    assert found.server_name == "first"
