"""Certificates made for the tests."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

START = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())


def name(**attributes: str) -> x509.Name:
    """Return a name of attributes by their names in ``NameOID``."""
    return x509.Name(
        [x509.NameAttribute(getattr(NameOID, key), text) for key, text in attributes.items()]
    )


def certificate(
    subject: x509.Name | None = None,
    key=KEY,
    serial: int = 0x0A0B0C,
    days: int = 90,
    extensions: tuple[x509.ExtensionType, ...] = (),
) -> bytes:
    """Return the DER of a self-signed certificate, valid for some days from START."""
    subject = subject or name(COUNTRY_NAME="DE", COMMON_NAME="example.org")
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=days))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    signed = builder.sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return one DER element."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
