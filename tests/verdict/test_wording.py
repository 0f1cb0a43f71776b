import math

import pytest

from verdict.wording import classic_text, phrase, value_text


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("self_signed_ratio", 1.0, "100.00%"),
        ("avg_duration", 0.123456, "0.1235 s"),
        ("avg_size", 12345.6, "12,346 bytes"),
        ("is_SNIs_in_SAN_dns", 0.0, "no"),
        ("ssl_version", ["TLSv12", "TLSv13"], "['TLSV12', 'TLSV13']"),
        ("cert_key_type", ["rsa"], "['rsa']"),
        ("tlsSni", "a.example", "a.example"),
        ("avg_TTL", None, "missing"),
        ("avg_TTL", math.nan, "missing"),
        ("version", 1.0, "TLS 1.0"),
        ("version", 0.3, "SSL 3"),
        ("unheard_of", 2.0, "2"),
    ],
)
def test_value_as_a_person_reads_it(feature: str, value: object, text: str) -> None:
    assert value_text(feature, value) == text


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("SNI_ssl_ratio", 0.5, "50.00%"),
        ("avg_size", 12345.6, "12345.6"),
        ("packet_loss", 0, "0"),
        ("avg_valid_cert_percent", -0.0, "0.00%"),
        ("avg_size", -0.0, "0"),
        ("is_SNIs_in_SAN_dns", 1.0, "1"),
        ("ssl_version", ["TLSv12"], "['TLSV12']"),
        ("tlsSni", None, "missing"),
    ],
)
def test_value_in_the_classic_form(feature: str, value: object, text: str) -> None:
    assert classic_text(feature, value) == text


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("port_frequency", "how often the server's port occurred in training"),
        (
            "subject_CN_frequency",
            "how often the common name in the certificate's subject occurred in training",
        ),
        ("some_new_column", "some new column"),
    ],
)
def test_phrase_of_derived_columns(feature: str, text: str) -> None:
    assert phrase(feature) == text
