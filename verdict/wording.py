"""Features and detectors in words, with units: what reasons and reports say of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from verdict.document import FeatureValue

MISSING: Final = "missing"


class Wording(NamedTuple):
    """What a feature measures, and how its value is written."""

    phrase: str
    written: Callable[[float], str]


def number(value: float) -> str:
    """Return a number with at most four significant digits before it grows long."""
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def share(value: float) -> str:
    """Return a share as percent."""
    return f"{100 * value:.2f}%"


def _with(unit: str) -> Callable[[float], str]:
    return lambda value: f"{number(value)} {unit}"


def _yes_or_no(value: float) -> str:
    return "yes" if value else "no"


seconds, days, size, bits, characters = map(_with, ("s", "days", "bytes", "bits", "characters"))
entropy: Final = _with("bits a character")

DETECTORS: Final = {
    "certificate_database": "certificate database",
    "module1": "malicious certificate identification",
    "random_forest": "random-forest",
    "gbdt": "gbdt",
    "evidence": "evidence",
    "final": "FINAL",
}

CLASSIC: Final[dict[str, Wording]] = {
    "ssl_version": Wording("TLS versions", number),
    "cipher_suite_server": Wording("cipher suites that the server chose", number),
    "cert_key_alg": Wording("key algorithms of the certificates", number),
    "cert_sig_alg": Wording("signature algorithms of the certificates", number),
    "cert_key_type": Wording("key types of the certificates", number),
    "max_duration": Wording("longest connection", seconds),
    "avg_duration": Wording("mean duration of a connection", seconds),
    "percent_of_std_duration": Wording(
        "connections whose duration is within one standard deviation of the mean", share
    ),
    "number_of_flows": Wording("number of connections", number),
    "ssl_flow_ratio": Wording("connections that speak TLS", share),
    "avg_size": Wording("mean size of a connection, both directions", size),
    "recv_sent_size_ratio": Wording("bytes received for each byte sent", number),
    "avg_pkts": Wording("mean number of packets a connection", number),
    "recv_sent_pkts_ratio": Wording("packets received for each packet sent", number),
    "packet_loss": Wording("bytes missing from the capture", size),
    "percent_of_established_state": Wording("connections that were established", share),
    "avg_time_diff": Wording("mean time between connections", seconds),
    "std_time_diff": Wording("spread of the time between connections", seconds),
    "max_time_diff": Wording("longest time between connections", seconds),
    "ssl_tls_ratio": Wording("SSL connections for each TLS connection", number),
    "resumed": Wording("resumed TLS sessions", number),
    "self_signed_ratio": Wording("certificates that are self-signed", share),
    "avg_key_length": Wording("mean key length of the certificates", bits),
    "avg_cert_valid_day": Wording("mean validity of the certificates", days),
    "std_cert_valid_day": Wording("spread of the certificates' validity", days),
    "percent_of_valid_cert": Wording("certificates valid at the time of capture", share),
    "avg_valid_cert_percent": Wording("part of the validity that had passed", share),
    "number_of_cert_serial": Wording("distinct certificate serial numbers", number),
    "number_of_domains_in_cert": Wording("domain names in the certificates", number),
    "avg_cert_path": Wording("mean length of the certificate chain", number),
    "x509_ssl_ratio": Wording("TLS connections with a visible certificate", share),
    "SNI_ssl_ratio": Wording("TLS connections that name the server (SNI)", share),
    "is_SNIs_in_SAN_dns": Wording("the certificates are for the names asked for", _yes_or_no),
    "is_CNs_in_SAN_dns": Wording(
        "the certificates' common names are among their own DNS names", _yes_or_no
    ),
    "subject_CN_is_IP": Wording("certificates whose common name is an IP address", share),
    "subject_is_com": Wording("certificates whose subject ends in .com", share),
    "issuer_is_com": Wording("certificates whose issuer ends in .com", share),
    "is_O_in_subject": Wording("certificates with an organisation in the subject", share),
    "is_CO_in_subject": Wording("certificates with a country in the subject", share),
    "is_ST_in_subject": Wording("certificates with a state in the subject", share),
    "is_L_in_subject": Wording("certificates with a locality in the subject", share),
    "subject_only_CN": Wording("certificates whose subject is only a common name", share),
    "issuer_only_CN": Wording("certificates whose issuer is only a common name", share),
    "is_O_in_issuer": Wording("certificates with an organisation in the issuer", share),
    "is_CO_in_issuer": Wording("certificates with a country in the issuer", share),
    "is_ST_in_issuer": Wording("certificates with a state in the issuer", share),
    "is_L_in_issuer": Wording("certificates with a locality in the issuer", share),
    "avg_TTL": Wording("mean TTL of the DNS answers that named the server", seconds),
    "avg_domain_name_length": Wording(
        "mean length of the names that resolved to the server", characters
    ),
    "std_domain_name_length": Wording(
        "spread of the length of the names that resolved to the server", characters
    ),
    "avg_IPs_in_DNS": Wording("mean number of addresses in those DNS answers", number),
}

CONNECTION: Final[dict[str, Wording]] = {
    "tlsSubject": Wording("subject of the certificate", number),
    "tlsIssuerDn": Wording("issuer of the certificate", number),
    "tlsSni": Wording("server name asked for (SNI)", number),
    "tlsVersion": Wording("TLS version", number),
    "subject_words": Wording("words in the subject of the certificate", number),
    "issuer_words": Wording("words in the issuer of the certificate", number),
    "sni_words": Wording("words in the server name asked for (SNI)", number),
    "bytes_out": Wording("bytes sent by the server", size),
    "packets_out": Wording("packets sent by the server", number),
    "bytes_in": Wording("bytes sent by the client", size),
    "packets_in": Wording("packets sent by the client", number),
    "bytes_ratio": Wording("bytes from the server for each byte from the client", number),
    "packets_ratio": Wording("packets from the server for each packet from the client", number),
    "bytes_per_packet_out": Wording("mean size of the server's packets", size),
    "bytes_per_packet_in": Wording("mean size of the client's packets", size),
    "version": Wording("TLS version", number),
    "subject_parts": Wording("number of parts in the certificate's subject", number),
    "issuer_parts": Wording("number of parts in the certificate's issuer", number),
    "has_issuer": Wording("the certificate names an issuer", _yes_or_no),
    "subject_is_issuer": Wording("subject and issuer of the certificate are equal", _yes_or_no),
    "has_sni": Wording("the client names the server (SNI)", _yes_or_no),
    "sni_length": Wording("length of the server name asked for (SNI)", characters),
    "sni_labels": Wording("number of labels in the server name asked for (SNI)", number),
    "sni_entropy": Wording("randomness of the server name asked for (SNI)", entropy),
    "subject_CN_length": Wording("length of the certificate's common name", characters),
    "subject_CN_entropy": Wording("randomness of the certificate's common name", entropy),
    "subject_CN_matches_sni": Wording("the certificate's common name is the SNI", _yes_or_no),
}
_SOURCES: Final = {
    "subject": "the certificate's subject",
    "issuer": "the certificate's issuer",
    "sni": "the server name asked for (SNI)",
    "version": "the TLS version",
    "port": "the server's port",
}
_PARTS: Final = {
    "C": "country",
    "ST": "state",
    "L": "locality",
    "O": "organisation",
    "OU": "organisational unit",
    "CN": "common name",
}


def phrase(feature: str) -> str:
    """Return what a feature measures."""
    known = CLASSIC.get(feature) or CONNECTION.get(feature)
    if known:
        return known.phrase
    if feature.endswith("_frequency"):
        return f"how often {_source(feature.removesuffix('_frequency'))} occurred in training"
    return feature.replace("_", " ")


def value_text(feature: str, value: FeatureValue) -> str:
    """Return a value as a person reads it: shares in percent, lists with quotes, units."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return str([item.upper() if feature == "ssl_version" else item for item in value])
    known = CLASSIC.get(feature) or CONNECTION.get(feature)
    return known.written(value) if known else number(value)


def classic_text(feature: str, value: FeatureValue) -> str:
    """Return a value as the classic form has it: shares in percent, other numbers bare."""
    known = CLASSIC.get(feature)
    if value is None or isinstance(value, str | list) or (known and known.written is share):
        return value_text(feature, value)
    return f"{value:.10g}"


def _source(name: str) -> str:
    """Return what the value behind a frequency code is, as ``subject_CN`` or ``sni``."""
    whole, _, part = name.partition("_")
    source = _SOURCES.get(whole, whole)
    return f"the {_PARTS[part]} in {source}" if part in _PARTS else source
