from tests.module2.small_logs import flow, only_row, tls


def test_versions_and_ciphers_are_the_sorted_distinct_values() -> None:
    records = [
        tls(uid="C1", version="TLSv13", cipher="TLS_B"),
        tls(uid="C2", version="TLSv12", cipher="TLS_A"),
        tls(uid="C3", version="TLSv12", cipher=None),
    ]
    row = only_row([flow()], records)
    assert row["ssl_version"] == "TLSv12,TLSv13"
    assert row["cipher_suite_server"] == "TLS_A,TLS_B"


def test_a_handshake_without_server_hello_has_no_version() -> None:
    row = only_row([flow()], [tls(version=None, cipher=None)])
    assert row["ssl_version"] is None
    assert row["cipher_suite_server"] is None
    assert row["ssl_tls_ratio"] is None


def test_ssl_connections_are_compared_with_tls_connections() -> None:
    versions = ["SSLv3", "TLSv10", "TLSv12", "DTLSv12", "TLSv13"]
    records = [tls(uid=f"C{number}", version=each) for number, each in enumerate(versions)]
    assert only_row([flow()], records)["ssl_tls_ratio"] == 0.25
    assert only_row([flow()], [tls()])["ssl_tls_ratio"] == 0.0


def test_without_any_tls_connection_the_ratio_is_missing() -> None:
    assert only_row([flow()], [tls(version="SSLv2")])["ssl_tls_ratio"] is None


def test_resumed_connections_are_counted() -> None:
    records = [tls(uid="C1", resumed=True), tls(uid="C2", resumed=True), tls(resumed=False)]
    assert only_row([flow()], records)["resumed"] == 2
    assert only_row([flow()], [tls(resumed=False)])["resumed"] == 0
    assert only_row([flow()], [tls()])["resumed"] is None


def test_a_server_name_with_a_hyphen_is_a_server_name() -> None:
    records = [tls(uid="C1", server_name="my-host.example"), tls(uid="C2"), tls(server_name="")]
    assert only_row([flow()], records)["SNI_ssl_ratio"] == 1 / 3


def test_certificate_visibility_and_chain_length() -> None:
    records = [
        tls(uid="C1", cert_chain_fps=["f1", "f2", "f3"]),
        tls(uid="C2", cert_chain_fps=["f1"]),
        tls(uid="C3", cert_chain_fps=[]),
        tls(uid="C4"),
    ]
    row = only_row([flow()], records)
    assert row["x509_ssl_ratio"] == 0.5
    assert row["avg_cert_path"] == 2.0
