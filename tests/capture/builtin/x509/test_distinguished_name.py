"""Names in the form of RFC 2253 that OpenSSL prints; the expected texts are OpenSSL's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.x509.der import read_element
from capture.builtin.x509.distinguished_name import distinguished_name, escaped_value
from tests.capture.builtin.x509.certificates import name, tlv

COMMON_NAME = tlv(6, bytes.fromhex("550403"))
UNKNOWN = tlv(6, bytes.fromhex("2a030405"))


def text_of(der: bytes) -> str:
    return distinguished_name(der, read_element(der, 0, len(der)))


def one_attribute(identifier: bytes, value: bytes) -> str:
    return text_of(tlv(0x30, tlv(0x31, tlv(0x30, identifier, value))))


def test_last_relative_name_comes_first():
    der = name(COUNTRY_NAME="US", ORGANIZATION_NAME="Example", COMMON_NAME="a.example")
    assert text_of(der.public_bytes()) == "CN=a.example,O=Example,C=US"


def test_short_names_of_less_common_attributes():
    der = name(
        JURISDICTION_COUNTRY_NAME="US",
        SERIAL_NUMBER="17",
        POSTAL_CODE="12345",
        STREET_ADDRESS="Main",
        EMAIL_ADDRESS="a@b.c",
    )
    assert text_of(der.public_bytes()) == (
        "emailAddress=a@b.c,street=Main,postalCode=12345,serialNumber=17,jurisdictionC=US"
    )


def test_several_attributes_in_one_relative_name():
    organisation = tlv(0x30, tlv(6, bytes.fromhex("55040a")), tlv(12, b"O"))
    common_name = tlv(0x30, COMMON_NAME, tlv(12, b"C"))
    assert text_of(tlv(0x30, tlv(0x31, organisation, common_name))) == "CN=C+O=O"


def test_empty_name():
    assert text_of(tlv(0x30)) == ""


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (b"plain text", "plain text"),
        (b"Amazon.com, Inc.", "Amazon.com\\, Inc."),
        (b'a"b+c;d<e>f\\g', 'a\\"b\\+c\\;d\\<e\\>f\\\\g'),
        (b" leading", "\\ leading"),
        (b"#leading", "\\#leading"),
        (b"in # the middle", "in # the middle"),
        (b"trailing ", "trailing\\ "),
        (b"  ", "\\ \\ "),
        (b" ", "\\ "),
        (b"#", "#"),
        (b"tab\tnul\0del\x7f", "tab\\09nul\\00del\\7F"),
        ("é".encode(), "\\C3\\A9"),
        (b"", ""),
    ],
)
def test_escapes(text, escaped):
    assert escaped_value(text) == escaped


@pytest.mark.parametrize(
    ("tag", "octets", "text"),
    [
        (12, "zürich".encode(), "CN=z\\C3\\BCrich"),
        (19, b"printable", "CN=printable"),
        (20, b"z\xfcrich", "CN=z\\C3\\BCrich"),
        (30, "zürich".encode("utf-16-be"), "CN=z\\C3\\BCrich"),
        (28, "zürich".encode("utf-32-be"), "CN=z\\C3\\BCrich"),
        (30, b"\0a\0", "CN=a"),
        (3, b"\0\x01", "CN=#03020001"),
    ],
)
def test_string_types(tag, octets, text):
    assert one_attribute(COMMON_NAME, tlv(tag, octets)) == text


def test_unknown_attribute_shows_its_der():
    assert one_attribute(UNKNOWN, tlv(12, b"v")) == "1.2.3.4.5=#0C0176"


def test_attribute_without_value():
    assert one_attribute(COMMON_NAME, b"") == "CN="


@given(st.binary(max_size=120))
@settings(deadline=None, max_examples=200)
def test_any_bytes_give_ascii(data):
    assert text_of(tlv(0x30, data)).isascii()
