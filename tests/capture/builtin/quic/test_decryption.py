"""Which keys open the packets of a connection."""

from capture.builtin.quic.decryption import InitialDecryption
from capture.builtin.quic.long_header import initial_packets
from tests.capture.builtin.quic.packet_bytes import VERSION_2, initial_packet

PING = b"\x01".ljust(1162, b"\0")


def opens(decryption, from_originator, **options) -> bool:
    (packet,) = initial_packets(initial_packet(b"\x01", **options))
    payload = decryption.open(from_originator, packet)
    assert payload in (None, PING)
    return payload is not None


def test_both_sides_use_what_the_client_chose():
    decryption = InitialDecryption()
    assert opens(decryption, True)
    assert opens(decryption, False, from_client=False)
    assert opens(decryption, True, destination_id=b"chosen by the server", number=1)
    assert decryption.restarts == 0


def test_the_client_need_not_be_the_originator():
    decryption = InitialDecryption()
    assert opens(decryption, False)
    assert opens(decryption, True, from_client=False)


def test_a_server_alone_cannot_be_read():
    decryption = InitialDecryption()
    assert not opens(decryption, False, from_client=False)
    assert opens(decryption, True)


def test_the_connection_id_changes_after_a_retry_packet():
    decryption = InitialDecryption()
    assert opens(decryption, True)
    assert opens(decryption, True, chosen_id=b"from the retry", token=b"token", number=1)
    assert opens(decryption, False, chosen_id=b"from the retry", from_client=False)
    assert not opens(decryption, False, from_client=False)
    assert decryption.restarts == 1


def test_the_server_may_choose_a_compatible_version():
    decryption = InitialDecryption()
    assert opens(decryption, True)
    assert opens(decryption, False, from_client=False, version=VERSION_2)
    assert opens(decryption, True, version=VERSION_2, destination_id=b"server", number=1)


def test_attempts_are_counted():
    decryption = InitialDecryption()
    before = decryption.attempts_left
    assert opens(decryption, True)
    assert not opens(decryption, True, from_client=False, destination_id=b"other")
    assert decryption.attempts_left == before - 3
