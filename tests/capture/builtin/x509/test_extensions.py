"""Subject alternative names and basic constraints."""

from ipaddress import ip_address

import pytest
from cryptography import x509

from capture.builtin.x509.certificate import parse_certificate
from capture.builtin.x509.der import read_element
from capture.builtin.x509.extensions import (
    AlternativeNames,
    BasicConstraints,
    Extensions,
    read_extensions,
)
from tests.capture.builtin.x509.certificates import certificate, tlv

NAMES = tlv(6, bytes.fromhex("551d11"))
CONSTRAINTS = tlv(6, bytes.fromhex("551d13"))


def read(*extensions: bytes) -> Extensions:
    der = tlv(0x30, *extensions)
    return read_extensions(der, read_element(der, 0, len(der)))


def names(*general_names: bytes) -> AlternativeNames:
    return read(tlv(0x30, NAMES, tlv(4, tlv(0x30, *general_names)))).names


def test_names_by_kind():
    made = certificate(
        extensions=(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("a.example"),
                    x509.RFC822Name("a@b.example"),
                    x509.DNSName("*.b.example"),
                    x509.UniformResourceIdentifier("https://c.example/"),
                    x509.IPAddress(ip_address("192.0.2.1")),
                    x509.IPAddress(ip_address("2001:db8::1")),
                ]
            ),
        )
    )
    assert parse_certificate(made).extensions.names == AlternativeNames(
        dns=("a.example", "*.b.example"),
        uri=("https://c.example/",),
        email=("a@b.example",),
        ip=("192.0.2.1", "2001:db8::1"),
    )


def test_kinds_that_are_absent_are_none():
    assert names(tlv(0x87, b"\xc0\0\x02\x07")) == AlternativeNames(ip=("192.0.2.7",))


def test_ipv4_inside_ipv6():
    assert names(tlv(0x87, bytes(10) + b"\xff\xff\xc0\0\x02\x01")).ip == ("192.0.2.1",)


def test_address_of_odd_length_is_left_out():
    assert names(tlv(0x87, b"abc"), tlv(0x82, b"a")) == AlternativeNames(dns=("a",))


def test_bytes_that_are_no_text_stay_visible():
    assert names(tlv(0x82, b"a\xff")).dns == ("a\\xff",)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (tlv(1, b"\xff"), BasicConstraints(True, None)),
        (tlv(1, b"\x01") + tlv(2, b"\x03"), BasicConstraints(True, 3)),
        (b"", BasicConstraints(False, None)),
        (tlv(2, b"\x7f" * 9), BasicConstraints(False, None)),
    ],
)
def test_basic_constraints(content, expected):
    extension = tlv(0x30, CONSTRAINTS, tlv(1, b"\xff"), tlv(4, tlv(0x30, content)))
    assert read(extension).constraints == expected


@pytest.mark.parametrize(
    "extension",
    [
        b"",
        tlv(0x30),
        tlv(0x30, NAMES),
        tlv(0x30, NAMES, tlv(4)),
        tlv(0x30, NAMES, tlv(4, b"\x05\0")),
        tlv(0x30, NAMES, tlv(5)),
    ],
)
def test_extension_without_a_readable_value_is_as_if_absent(extension):
    assert read(extension) == Extensions()
