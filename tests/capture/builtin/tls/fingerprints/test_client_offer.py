"""What a hello offers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.tls.fingerprints.client_offer import MOST_NUMBERS, client_offer
from capture.builtin.tls.fingerprints.ja3 import ja3
from capture.builtin.tls.fingerprints.ja4 import ja4
from capture.builtin.tls.hello import ClientHello, Extensions
from tests.capture.builtin.tls.fingerprints.hellos import (
    CHROME_CIPHERS,
    CHROME_EXTENSIONS,
    CHROME_SIGNATURE_ALGORITHMS,
    chrome_hello,
    parsed_hello,
)


def test_lists_without_grease():
    offer = client_offer(chrome_hello())
    assert offer.hello_version == 0x0303
    assert offer.versions == (0x0304, 0x0303)
    assert offer.ciphers == CHROME_CIPHERS
    assert offer.extensions == CHROME_EXTENSIONS
    assert offer.groups == (4588, 29, 23, 24)
    assert offer.point_formats == (0,)
    assert offer.signature_algorithms == CHROME_SIGNATURE_ALGORITHMS
    assert offer.application_protocols == ("h2", "http/1.1")
    assert offer.first_protocol == b"h2"
    assert offer.grease
    assert offer.encrypted_hello


def test_a_hello_without_extensions():
    offer = client_offer(parsed_hello([5, 4], version=0x0301))
    assert (offer.versions, offer.ciphers, offer.extensions) == ((0x0301,), (5, 4), ())
    assert (offer.groups, offer.application_protocols, offer.first_protocol) == ((), (), b"")
    assert not offer.grease
    assert not offer.encrypted_hello


def test_grease_in_any_list_counts():
    for options in (
        {"versions": [0x2A2A]},
        {"groups": [0x2A2A]},
        {"signature_algorithms": [0x2A2A]},
    ):
        assert client_offer(parsed_hello([1], [43, 10, 13], **options)).grease
    assert client_offer(parsed_hello([0x2A2A])).grease
    assert client_offer(parsed_hello([1], [0x2A2A])).grease


def test_encrypted_server_name_of_the_drafts():
    assert client_offer(parsed_hello([1], [0xFFCE])).encrypted_hello
    assert not client_offer(parsed_hello([1], [0xFE0E])).encrypted_hello


def test_suites_of_ssl_2_have_three_bytes():
    hello = ClientHello(0x0002, b"", bytes.fromhex("0100800700c0"), cipher_suite_size=3)
    assert client_offer(hello).ciphers == (0x010080, 0x0700C0)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 0xFFFF), st.binary(max_size=20), st.binary(max_size=9), st.booleans())
def test_any_bytes_have_fingerprints(version, suites, content, over_udp):
    extensions = Extensions(numbers=(10,), contents=dict.fromkeys((10, 11, 13, 16, 43), content))
    offer = client_offer(ClientHello(version, b"", suites, extensions))
    assert len(ja3(offer)) == 32
    assert len(ja4(offer, over_udp=over_udp)) == 36


def test_lists_that_no_client_offers_are_cut():
    offer = client_offer(parsed_hello(range(1, 30_000), range(100, 9_000), groups=range(1, 5_000)))
    assert len(offer.ciphers) <= MOST_NUMBERS
    assert len(offer.extensions) <= MOST_NUMBERS
    assert len(offer.groups) <= MOST_NUMBERS
    assert offer.ciphers[:3] == (1, 2, 3)
