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


@pytest.mark.parametrize(
    ("identifier", "name"),
    [("2a864886f70d010104", "md5WithRSAEncryption"), ("55080101", "rsa")],
)
def test_rsa_key_by_other_names(identifier, name):
    key = tlv(3, b"\0", tlv(0x30, tlv(2, b"\0\xff"), tlv(2, b"\x03")))
    algorithm = tlv(0x30, tlv(6, bytes.fromhex(identifier)), tlv(5))
    assert read(tlv(0x30, algorithm, key)) == PublicKey(name, "rsa", 8, "3")


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


def explicit(order: int) -> bytes:
    """Return a key with the parameters of a curve, of which only the order is right."""
    field, curve, base = tlv(0x30), tlv(0x30), tlv(4, b"\4")
    number = tlv(2, order.to_bytes(order.bit_length() // 8 + 1, "big"))
    parameters = tlv(0x30, tlv(2, b"\1"), field, curve, base, number, tlv(2, b"\1"))
    return tlv(0x30, tlv(0x30, EC, parameters), tlv(3, b"\0"))


@pytest.mark.parametrize(
    ("order", "name", "bits"),
    [
        (
            115792089210356248762697446949407573529996955224135760342422259061068512044369,
            "prime256v1",
            256,
        ),
        (
            115792089237316195423570985008687907852837564279074904382605163141518161494337,
            "secp256k1",
            256,
        ),
        (0x1FFFFFFF, None, 29),
    ],
)
def test_curves_that_are_spelled_out(order, name, bits):
    assert read(explicit(order)) == PublicKey("id-ecPublicKey", "ecdsa", bits, None, name)


def test_parameters_of_a_curve_that_end_early():
    key = tlv(0x30, tlv(0x30, EC, tlv(0x30, tlv(2, b"\1"))), tlv(3, b"\0"))
    assert read(key) == PublicKey("id-ecPublicKey", "ecdsa")


def test_key_of_sm2_is_none_of_ecdsa():
    curve = tlv(6, bytes.fromhex("2a811ccf5501822d"))
    assert read(tlv(0x30, tlv(0x30, EC, curve), tlv(3, b"\0\4"))) == PublicKey("id-ecPublicKey")


def test_unknown_curve_keeps_its_identifier():
    algorithm = tlv(0x30, EC, tlv(6, bytes.fromhex("2a030405")))
    assert read(tlv(0x30, algorithm, tlv(3, b"\0"))) == PublicKey(
        "id-ecPublicKey", "ecdsa", None, None, "1.2.3.4.5"
    )


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("2a8648ce380401", "dsaEncryption"),
        ("2b0e03020c", "dsaEncryption-old"),
        ("2b0e03021b", "dsaWithSHA1-old"),
    ],
)
def test_dsa(identifier, name):
    numbers = dsa.DSAParameterNumbers((1 << 1023) + 1155, (1 << 159) + 135, 2)
    public = dsa.DSAPublicNumbers(5, numbers)
    parameters = tlv(
        0x30,
        *[tlv(2, b"\0" + n.to_bytes(128, "big")) for n in (numbers.p, numbers.q, public.y)],
    )
    algorithm = tlv(0x30, tlv(6, bytes.fromhex(identifier)), parameters)
    assert read(tlv(0x30, algorithm, tlv(3, b"\0"))) == PublicKey(name, "dsa", 1024)


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
