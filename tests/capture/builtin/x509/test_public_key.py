"""Public keys of every kind."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from capture.builtin.x509.der import read_element
from capture.builtin.x509.public_key import PublicKey, read_public_key
from tests.capture.builtin.x509.certificates import tlv

RSA = tlv(6, bytes.fromhex("2a864886f70d010101"))
EC = tlv(6, bytes.fromhex("2a8648ce3d0201"))


def read(der: bytes) -> PublicKey:
    return read_public_key(der, read_element(der, 0, len(der)))


def read_made(private_key) -> PublicKey:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return read(private_key.public_key().public_bytes(serialization.Encoding.DER, form))


def test_rsa():
    assert read_made(rsa.generate_private_key(65537, 2048)) == PublicKey(
        "rsaEncryption", "rsa", 2048, "65537"
    )


def test_rsa_key_named_by_a_signature_algorithm():
    key = tlv(3, b"\0", tlv(0x30, tlv(2, b"\0\xff"), tlv(2, b"\x03")))
    algorithm = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d010104")), tlv(5))
    assert read(tlv(0x30, algorithm, key)) == PublicKey("md5WithRSAEncryption", "rsa", 8, "3")


@pytest.mark.parametrize(
    ("curve", "name", "bits"),
    [
        (ec.SECP256R1(), "prime256v1", 256),
        (ec.SECP384R1(), "secp384r1", 384),
        (ec.SECP521R1(), "secp521r1", 521),
        (ec.BrainpoolP256R1(), "brainpoolP256r1", 256),
    ],
)
def test_elliptic_curves(curve, name, bits):
    assert read_made(ec.derive_private_key(7, curve)) == PublicKey(
        "id-ecPublicKey", "ecdsa", bits, None, name
    )


def test_unknown_curve_keeps_its_identifier():
    algorithm = tlv(0x30, EC, tlv(6, bytes.fromhex("2a030405")))
    assert read(tlv(0x30, algorithm, tlv(3, b"\0"))) == PublicKey(
        "id-ecPublicKey", "ecdsa", None, None, "1.2.3.4.5"
    )


def test_dsa():
    numbers = dsa.DSAParameterNumbers((1 << 1023) + 1155, (1 << 159) + 135, 2)
    public = dsa.DSAPublicNumbers(5, numbers)
    parameters = tlv(
        0x30,
        *[tlv(2, b"\0" + n.to_bytes(128, "big")) for n in (numbers.p, numbers.q, public.y)],
    )
    algorithm = tlv(0x30, tlv(6, bytes.fromhex("2a8648ce380401")), parameters)
    assert read(tlv(0x30, algorithm, tlv(3, b"\0"))) == PublicKey("dsaEncryption", "dsa", 1024)


def test_algorithm_without_details():
    assert read_made(ed25519.Ed25519PrivateKey.generate()) == PublicKey("ED25519")


def test_algorithm_without_name():
    algorithm = tlv(0x30, tlv(6, bytes.fromhex("608648016503040311")))
    assert read(tlv(0x30, algorithm, tlv(3, b"\0"))) == PublicKey("2.16.840.1.101.3.4.3.17")


@pytest.mark.parametrize(
    "key", [b"", tlv(3, b"\0"), tlv(3, b"\0", tlv(0x30)), tlv(3, b"\0garbage"), tlv(4, b"\0")]
)
def test_rsa_key_that_cannot_be_read_leaves_the_algorithm(key):
    assert read(tlv(0x30, tlv(0x30, RSA), key)) == PublicKey("rsaEncryption")


def test_exponent_too_long_to_print_is_none():
    numbers = tlv(0x30, tlv(2, b"\x7f"), tlv(2, b"\x7f" * 3000))
    key = read(tlv(0x30, tlv(0x30, RSA), tlv(3, b"\0", numbers)))
    assert (key.length, key.exponent) == (7, None)


def test_empty_key():
    assert read(tlv(0x30)) == PublicKey()
