"""JA4 against the published examples and the rules of its description."""

import pytest

from capture.builtin.tls.fingerprints.client_offer import client_offer
from capture.builtin.tls.fingerprints.ja4 import ja4
from capture.builtin.tls.hello import ClientHello
from tests.capture.builtin.tls.fingerprints.hellos import (
    CHROME_CIPHERS,
    CHROME_SIGNATURE_ALGORITHMS,
    chrome_hello,
    parsed_hello,
)

# The example of "JA4: TLS Client Fingerprinting", in the order of its raw unsorted form.
EXAMPLE_EXTENSIONS = (
    *(0x0000, 0x0017, 0xFF01, 0x000A, 0x000B, 0x0023, 0x0010, 0x0005),
    *(0x000D, 0x0012, 0x0033, 0x002D, 0x002B, 0x001B, 0x4469, 0x0015),
)


def example(**changes) -> ClientHello:
    options = {
        "versions": [0x0304, 0x0303],
        "signature_algorithms": CHROME_SIGNATURE_ALGORITHMS,
        "protocols": [b"h2", b"http/1.1"],
    }
    return parsed_hello(CHROME_CIPHERS, EXAMPLE_EXTENSIONS, **(options | changes))


def fingerprint(hello: ClientHello, *, over_udp: bool = False) -> str:
    return ja4(client_offer(hello), over_udp=over_udp)


def test_published_example():
    assert fingerprint(example()) == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_published_example_without_signature_algorithms():
    hello = example(signature_algorithms=())
    assert fingerprint(hello) == "t13d1516h2_8daaf6152771_6d807ffa2a79"


def test_chrome_as_browserleaks_showed_it():
    assert fingerprint(chrome_hello()) == "t13d1516h2_8daaf6152771_d8a2da3f94cd"


def test_transport():
    assert fingerprint(example(), over_udp=True).startswith("q13d")
    over_dtls = parsed_hello([1], version=0xFEFD)
    assert fingerprint(over_dtls, over_udp=True).startswith("dd2i")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (0x0304, "13"),
        (0x0303, "12"),
        (0x0302, "11"),
        (0x0301, "10"),
        (0x0300, "s3"),
        (0x0002, "s2"),
        (0x7F1C, "00"),
    ],
)
def test_version(version, expected):
    assert fingerprint(parsed_hello([1], version=version))[1:3] == expected
    assert fingerprint(parsed_hello([1], [43], versions=[0x0002, version]))[1:3] == expected


def test_dtls_versions():
    assert fingerprint(parsed_hello([1], version=0xFEFF))[:3] == "dd1"
    assert fingerprint(parsed_hello([1], [43], version=0xFEFD, versions=[0xFEFC]))[:3] == "dd3"


def test_lists_that_are_empty_have_no_hash():
    assert fingerprint(parsed_hello([])) == "t12i000000_000000000000_000000000000"
    only_name_and_protocol = parsed_hello([], [0, 16], protocols=[b"h2"])
    assert fingerprint(only_name_and_protocol) == "t12d0002h2_000000000000_000000000000"


def test_counts_end_at_99():
    assert fingerprint(parsed_hello(range(120), range(100, 230))).startswith("t12i9999")


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (b"http/1.1", "h1"),
        (b"h", "hh"),
        (b"\xab", "ab"),
        (b"\xab\xcd", "ad"),
        (b"\x30\xab", "3b"),
        (b"\x30\x31\xab\xcd", "3d"),
        (b"\x30\xab\xcd\x31", "01"),
        (b"", "00"),
    ],
)
def test_ends_of_the_first_protocol(protocol, expected):
    assert fingerprint(example(protocols=[protocol]))[8:10] == expected


def test_order_of_ciphers_and_extensions_does_not_matter_that_of_signature_algorithms_does():
    ciphers, extensions = CHROME_CIPHERS[::-1], EXAMPLE_EXTENSIONS[::-1]
    options = {"versions": [0x0304], "protocols": [b"h2"]}
    algorithms = CHROME_SIGNATURE_ALGORITHMS
    same = parsed_hello(ciphers, extensions, signature_algorithms=algorithms, **options)
    assert fingerprint(same) == fingerprint(example())
    other = parsed_hello(ciphers, extensions, signature_algorithms=algorithms[::-1], **options)
    assert fingerprint(other)[:23] == fingerprint(example())[:23]
    assert fingerprint(other) != fingerprint(example())
