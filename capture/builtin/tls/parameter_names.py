"""Names of versions, alerts and named groups, as Zeek writes them.

Numbers are those of the IANA registries "TLS Alerts" and "TLS Supported Groups".
"""

from typing import Final

SSL_2: Final = 0x0002
SSL_3: Final = 0x0300
TLS_1_0: Final = 0x0301
TLS_1_1: Final = 0x0302
TLS_1_2: Final = 0x0303
TLS_1_3: Final = 0x0304
DTLS_1_0: Final = 0xFEFF
DTLS_1_2: Final = 0xFEFD
DTLS_1_3: Final = 0xFEFC

_VERSIONS: Final[dict[int, str]] = {
    SSL_2: "SSLv2",
    SSL_3: "SSLv3",
    TLS_1_0: "TLSv10",
    TLS_1_1: "TLSv11",
    TLS_1_2: "TLSv12",
    TLS_1_3: "TLSv13",
    DTLS_1_0: "DTLSv10",
    DTLS_1_2: "DTLSv12",
    DTLS_1_3: "DTLSv13",
}

_ALERTS: Final[dict[int, str]] = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
    121: "ech_required",
}

_GROUPS: Final[dict[int, str]] = {
    1: "sect163k1",
    2: "sect163r1",
    3: "sect163r2",
    4: "sect193r1",
    5: "sect193r2",
    6: "sect233k1",
    7: "sect233r1",
    8: "sect239k1",
    9: "sect283k1",
    10: "sect283r1",
    11: "sect409k1",
    12: "sect409r1",
    13: "sect571k1",
    14: "sect571r1",
    15: "secp160k1",
    16: "secp160r1",
    17: "secp160r2",
    18: "secp192k1",
    19: "secp192r1",
    20: "secp224k1",
    21: "secp224r1",
    22: "secp256k1",
    23: "secp256r1",
    24: "secp384r1",
    25: "secp521r1",
    26: "brainpoolP256r1",
    27: "brainpoolP384r1",
    28: "brainpoolP512r1",
    29: "x25519",
    30: "x448",
    31: "brainpoolP256r1tls13",
    32: "brainpoolP384r1tls13",
    33: "brainpoolP512r1tls13",
    34: "GC256A",
    35: "GC256B",
    36: "GC256C",
    37: "GC256D",
    38: "GC512A",
    39: "GC512B",
    40: "GC512C",
    41: "curveSM2",
    256: "ffdhe2048",
    257: "ffdhe3072",
    258: "ffdhe4096",
    259: "ffdhe6144",
    260: "ffdhe8192",
    512: "MLKEM512",
    513: "MLKEM768",
    514: "MLKEM1024",
    4587: "SecP256r1MLKEM768",
    4588: "X25519MLKEM768",
    4589: "SecP384r1MLKEM1024",
    4590: "curveSM2MLKEM768",
    16696: "CECPQ2",
    25497: "X25519Kyber768Draft00",
    25498: "SecP256r1Kyber768Draft00",
    0xFF01: "arbitrary_explicit_prime_curves",
    0xFF02: "arbitrary_explicit_char2_curves",
}


def version_name(number: int) -> str:
    """Return the name of a protocol version; ``TLSv13-draftN`` for a draft, else ``unknown-N``."""
    if number // 0xFF == 0x7F:
        return f"TLSv13-draft{number % 0x7F}"
    return _VERSIONS.get(number) or f"unknown-{number}"


def alert_name(number: int) -> str:
    """Return the name of an alert description."""
    return _ALERTS.get(number) or f"unknown-{number}"


def group_name(number: int) -> str:
    """Return the name of a named group (elliptic curve, finite field or key encapsulation)."""
    return _GROUPS.get(number) or grease_name(number) or f"unknown-{number}"


def grease_name(number: int) -> str | None:
    """Return the name of a number that only keeps servers tolerant (RFC 8701), None for others."""
    is_grease = number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF
    return f"grease_0x{number:04X}" if is_grease else None
