"""Names of cipher suites."""

import ssl

import pytest

from capture.builtin.tls.cipher_suites import cipher_suite_name


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0x0000, "TLS_NULL_WITH_NULL_NULL"),
        (0x0034, "TLS_DH_ANON_WITH_AES_128_CBC_SHA"),
        (0x1301, "TLS_AES_128_GCM_SHA256"),
        (0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        (0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
        (0x010080, "SSLv20_CK_RC4_128_WITH_MD5"),
        (0x0A0A, "grease_0x0A0A"),
        (0x16B7, "TLS_CECPQ1_RSA_WITH_CHACHA20_POLY1305_SHA256"),
        (0xCC13, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD"),
        (0xFEFF, "SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA"),
        (0xFF82, "SSL_RSA_WITH_DES_CBC_MD5"),
        (0xABCD, "unknown-43981"),
    ],
)
def test_names(number, name):
    assert cipher_suite_name(number) == name


def test_every_suite_that_python_speaks_has_a_name():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL")
    numbers = [cipher["id"] & 0xFFFF for cipher in context.get_ciphers()]
    assert len(numbers) > 20
    assert all(cipher_suite_name(number).startswith("TLS_") for number in numbers)
