"""Features of how handshakes went: key exchange, cipher, protocol choice, alerts and ports."""

from __future__ import annotations

from typing import Final

import polars as pl

from module2.columns import KEY

HANDSHAKE: Final = (
    "RSA_key_exchange_ratio",
    "CBC_ratio",
    "weak_cipher_ratio",
    "ECDSA_ratio",
    "TLS13_cipher_ratio",
    "established_ratio",
    "ALPN_ratio",
    "alert_ratio",
)
PORTS: Final = ("is_port_443", "is_usual_TLS_port", "is_high_port")
FEATURES: Final = HANDSHAKE + PORTS
# Ports that the IANA registry gives to protocols over TLS, or that switch to TLS.
_USUAL_PORTS: Final = (25, 110, 143, 443, 465, 563, 587, 636, 853, 990, 993, 995, 5223, 8443)
_FIRST_UNPRIVILEGED_PORT: Final = 1024


def handshake_features(tls: pl.DataFrame) -> pl.DataFrame:
    """Return one row a key from the rows of ``tls_connections``.

    Ratios are shares of the connections of which the log knows the value; those of ciphers are of
    the connections with a known cipher.
    """
    cipher, port = pl.col("cipher"), pl.col("port").first()
    return tls.group_by(KEY).agg(
        cipher.str.starts_with("TLS_RSA_").mean().alias("RSA_key_exchange_ratio"),
        cipher.str.contains("_CBC_", literal=True).mean().alias("CBC_ratio"),
        cipher.str.contains("_RC4_|_3DES_|_DES_|_NULL_").mean().alias("weak_cipher_ratio"),
        cipher.str.contains("_ECDSA_", literal=True).mean().alias("ECDSA_ratio"),
        cipher.str.contains("^TLS_(AES|CHACHA20)_").mean().alias("TLS13_cipher_ratio"),
        pl.col("established").mean().alias("established_ratio"),
        pl.col("next_protocol").is_not_null().mean().alias("ALPN_ratio"),
        pl.col("last_alert").is_not_null().mean().alias("alert_ratio"),
        (port == 443).cast(pl.Float64).alias("is_port_443"),
        port.is_in(_USUAL_PORTS).cast(pl.Float64).alias("is_usual_TLS_port"),
        (port >= _FIRST_UNPRIVILEGED_PORT).cast(pl.Float64).alias("is_high_port"),
    )
