import pytest

from module2.columns import FURTHER_FEATURES
from module2.handshake_features import FEATURES
from tests.module2.small_logs import flow, only_row, tls


def test_they_are_among_the_columns() -> None:
    assert set(FEATURES) <= set(FURTHER_FEATURES)


@pytest.mark.parametrize(
    ("cipher", "flagged"),
    [
        ("TLS_RSA_WITH_AES_128_CBC_SHA", {"RSA_key_exchange_ratio", "CBC_ratio"}),
        ("TLS_RSA_WITH_RC4_128_SHA", {"RSA_key_exchange_ratio", "weak_cipher_ratio"}),
        ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", {"ECDSA_ratio"}),
        ("TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", {"CBC_ratio", "weak_cipher_ratio"}),
        ("TLS_DHE_RSA_WITH_DES_CBC_SHA", {"CBC_ratio", "weak_cipher_ratio"}),
        ("TLS_RSA_WITH_NULL_SHA256", {"RSA_key_exchange_ratio", "weak_cipher_ratio"}),
        ("TLS_AES_256_GCM_SHA384", {"TLS13_cipher_ratio"}),
        ("TLS_CHACHA20_POLY1305_SHA256", {"TLS13_cipher_ratio"}),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", set()),
    ],
)
def test_kinds_of_cipher_suites(cipher: str, flagged: set[str]) -> None:
    row = only_row([flow()], [tls(cipher=cipher)])
    assert {name for name in FEATURES[:5] if row[name] == 1.0} == flagged
    assert all(row[name] in (0.0, 1.0) for name in FEATURES[:5])


def test_ratios_are_of_the_connections_that_tell() -> None:
    ssl = [
        tls(uid="C1", cipher="TLS_RSA_WITH_AES_128_GCM_SHA256", established=True),
        tls(uid="C2", cipher=None, established=False, last_alert="handshake_failure"),
        tls(uid="C3", cipher="TLS_AES_128_GCM_SHA256", established=True, next_protocol="h2"),
    ]
    row = only_row([flow()], ssl)
    assert row["RSA_key_exchange_ratio"] == 0.5
    assert row["established_ratio"] == pytest.approx(2 / 3)
    assert (row["ALPN_ratio"], row["alert_ratio"]) == pytest.approx((1 / 3, 1 / 3))


@pytest.mark.parametrize(
    ("port", "kinds"),
    [
        (443, (1.0, 1.0, 0.0)),
        (25, (0.0, 1.0, 0.0)),
        (8443, (0.0, 1.0, 1.0)),
        (447, (0.0, 0.0, 0.0)),
        (1023, (0.0, 0.0, 0.0)),
        (1024, (0.0, 0.0, 1.0)),
    ],
)
def test_kinds_of_ports(port: int, kinds: tuple[float, ...]) -> None:
    row = only_row([flow(id_resp_p=port)], [tls(id_resp_p=port)])
    assert tuple(row[name] for name in FEATURES[-3:]) == kinds


@pytest.mark.parametrize("port", [110, 143, 465, 563, 587, 636, 853, 990, 993, 995, 5223])
def test_ports_of_other_protocols_over_tls_are_usual(port: int) -> None:
    row = only_row([flow(id_resp_p=port)], [tls(id_resp_p=port)])
    assert (row["is_port_443"], row["is_usual_TLS_port"]) == (0.0, 1.0)
