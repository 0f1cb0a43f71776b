"""Whole certificates: well-formed, malformed, truncated, mutated."""

from hashlib import sha1, sha256

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.x509.certificate import Certificate, parse_certificate
from tests.capture.builtin.x509.certificates import START, certificate, tlv

DER = certificate(
    extensions=(
        x509.SubjectAlternativeName([x509.DNSName("example.org")]),
        x509.BasicConstraints(ca=True, path_length=2),
    )
)
ALGORITHM = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d01010b")), tlv(5))


def minimal(serial: bytes, version: bytes = b"") -> bytes:
    return tlv(0x30, tlv(0x30, version, tlv(2, serial)), ALGORITHM)


def test_every_field():
    read = parse_certificate(DER)
    assert read.fingerprint == sha256(DER).hexdigest()
    assert read.fingerprint_sha1 == sha1(DER, usedforsecurity=False).hexdigest()
    assert read.version == 3
    assert read.serial == "0A0B0C"
    assert read.subject == read.issuer == "CN=example.org,C=DE"
    assert read.not_valid_before == START.timestamp()
    assert read.not_valid_after == START.timestamp() + 90 * 86400
    assert read.signature_algorithm == "ecdsa-with-SHA256"
    assert read.key == ("id-ecPublicKey", "ecdsa", 256, None, "prime256v1")
    assert read.extensions.names.dns == ("example.org",)
    assert read.extensions.constraints == (True, 2)


def test_bytes_after_the_certificate_do_not_count():
    assert parse_certificate(DER + b"trailing") == parse_certificate(DER)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x01", "01"),
        (b"\0", "00"),
        (b"", "00"),
        (b"\0\xff", "FF"),
        (b"\0\0\x05", "05"),
        (b"\xff", "-01"),
        (b"\x80\0", "-8000"),
        (b"\xab\xcd", "-5433"),
        (b"\x12" * 40, "12" * 40),
    ],
)
def test_serial_numbers(octets, text):
    assert parse_certificate(minimal(octets)).serial == text


@pytest.mark.parametrize(
    ("element", "version"),
    [
        (b"", 1),
        (tlv(0xA0, tlv(2, b"\x02")), 3),
        (tlv(0xA0, tlv(2, b"\x07")), 8),
        (tlv(0xA0, tlv(4, b"\x02")), None),
        (tlv(0xA0), 1),
    ],
)
def test_versions(element, version):
    assert parse_certificate(minimal(b"\x01", version=element)).version == version


def test_certificate_that_cryptography_refuses_still_gives_its_fields():
    negative = DER.replace(b"\x02\x03\x0a\x0b\x0c", b"\x02\x03\xfa\x0b\x0c")
    read = parse_certificate(negative)
    assert (read.serial, read.subject) == ("-05F4F4", "CN=example.org,C=DE")


def test_signature_algorithm_without_a_name_is_empty_as_in_zeek():
    der = tlv(0x30, tlv(0x30, tlv(2, b"\x01")), tlv(0x30, tlv(6, bytes.fromhex("2a0304"))))
    assert parse_certificate(der).signature_algorithm == ""


@pytest.mark.parametrize("der", [b"", b"\x30", b"garbage", tlv(0x31, b"x"), tlv(0x30, b"x")])
def test_bytes_that_are_no_certificate_give_a_fingerprint_only(der):
    assert parse_certificate(der) == Certificate(
        sha256(der).hexdigest(), sha1(der, usedforsecurity=False).hexdigest()
    )


@pytest.mark.parametrize("share", range(0, 100, 2))
def test_truncated_certificate_keeps_what_is_there(share):
    length = len(DER) * share // 100  # not the same in every run: the signature's length varies
    read, whole = parse_certificate(DER[:length]), parse_certificate(DER)
    # The fields lie in this order; the one that the cut hits may be there in part.
    fields = ("serial", "issuer", "not_valid_before", "not_valid_after", "subject")
    complete = [getattr(read, field) == getattr(whole, field) for field in fields]
    assert complete == sorted(complete, reverse=True)
    if length > DER.index(bytes.fromhex("2a8648ce3d0201")):
        assert all(complete)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=300)
def test_any_bytes_can_be_read(der):
    assert parse_certificate(der).fingerprint


@given(st.integers(0, len(DER) - 1), st.integers(0, 255), st.integers(0, len(DER)))
@settings(deadline=None, max_examples=500)
def test_mutated_certificate_can_be_read(position, value, length):
    mutated = DER[:position] + bytes((value,)) + DER[position + 1 :]
    assert len(parse_certificate(mutated).fingerprint) == 64
    assert len(parse_certificate(mutated[:length]).fingerprint) == 64
