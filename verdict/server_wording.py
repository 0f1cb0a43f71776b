"""What the features of a server measure, in words."""

from __future__ import annotations

from typing import Final

from module2.regularity_features import STATES
from verdict.units import (
    Wording,
    bits,
    characters,
    days,
    entropy,
    number,
    seconds,
    share,
    size,
    yes_or_no,
)

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
    "is_SNIs_in_SAN_dns": Wording("the certificates are for the names asked for", yes_or_no),
    "is_CNs_in_SAN_dns": Wording(
        "the certificates' common names are among their own DNS names", yes_or_no
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

_STATES: Final = {
    "SF": "were closed by both sides",
    "S0": "were never answered",
    "S1": "were still open at the end",
    "REJ": "were refused",
    "RSTO": "the client reset",
    "RSTR": "the server reset",
}
_BYTES: Final = {
    "sent": "bytes that the client sent",
    "recv": "bytes that the server sent",
}

FURTHER: Final[dict[str, Wording]] = {
    "SNI_is_IP": Wording("server names (SNI) that are IP addresses", share),
    "SNI_domain_rank": Wording(
        "popularity of the server name's domain (log10 of its rank, 5 is unlisted)", number
    ),
    "SNI_domain_is_known": Wording("server names below a widely known domain", share),
    "SNI_domain_is_listed": Wording(
        "server names below a domain among the million most used, each year 2020 to 2025", share
    ),
    "SNI_length": Wording("length of the server name (SNI)", characters),
    "SNI_labels": Wording("number of labels in the server name (SNI)", number),
    "SNI_digit_ratio": Wording("digits in the server name (SNI)", share),
    "SNI_is_com_net_org": Wording("server names below .com, .net or .org", share),
    "SNI_domain_length": Wording("length of the registered domain's name", characters),
    "SNI_domain_entropy": Wording("randomness of the registered domain's name", entropy),
    "SNI_domain_likelihood": Wording(
        "how ordinary the domain's letters are (log-likelihood a letter)", number
    ),
    "subject_attributes": Wording("number of parts in the certificate's subject", number),
    "issuer_attributes": Wording("number of parts in the certificate's issuer", number),
    "issuer_frequency": Wording(
        "how common the issuer is (log10 of certificates seen elsewhere)", number
    ),
    "default_names": Wording("parts of the names left at a generator's default", number),
    "subject_likelihood": Wording(
        "how ordinary the words of the subject are (log-likelihood a letter)", number
    ),
    "subject_least_likelihood": Wording(
        "how ordinary the oddest word of the subject is (log-likelihood a letter)", number
    ),
    "issuer_likelihood": Wording(
        "how ordinary the words of the issuer are (log-likelihood a letter)", number
    ),
    "subject_length": Wording("length of the certificate's subject", characters),
    "subject_CN_length": Wording("length of the certificate's common name", characters),
    "subject_CN_entropy": Wording("randomness of the certificate's common name", entropy),
    "subject_CN_is_domain": Wording("certificates whose common name has a dot", share),
    "avg_cert_age_day": Wording("age of the certificates when seen", days),
    "avg_cert_day_left": Wording("validity left to the certificates when seen", days),
    "avg_serial_length": Wording("length of the certificates' serial numbers", characters),
    "avg_cert_version": Wording("X.509 version of the certificates", number),
    "RSA_key_exchange_ratio": Wording("connections with RSA key exchange", share),
    "CBC_ratio": Wording("connections with a CBC cipher", share),
    "weak_cipher_ratio": Wording("connections with a broken cipher (RC4, DES, 3DES)", share),
    "ECDSA_ratio": Wording("connections with an ECDSA cipher suite", share),
    "TLS13_cipher_ratio": Wording("connections with a TLS 1.3 cipher", share),
    "established_ratio": Wording("TLS handshakes that were completed", share),
    "ALPN_ratio": Wording("connections that agreed on a protocol (ALPN)", share),
    "alert_ratio": Wording("connections with a TLS alert", share),
    "is_port_443": Wording("the port is 443", yes_or_no),
    "is_usual_TLS_port": Wording("the port is a usual one for TLS", yes_or_no),
    "is_high_port": Wording("the port is above 1023", yes_or_no),
    **{
        f"{side}_bytes_{name}": Wording(f"{statistic}{what}{of_what}", written)
        for side, what in _BYTES.items()
        for name, statistic, of_what, written in (
            ("median", "median of the ", ", by connection", size),
            ("max", "most ", " in a connection", size),
            ("sum", "all ", "", size),
            ("min", "fewest ", " in a connection", size),
            ("variation", "variation of the ", " (spread / mean)", number),
            ("distinct_ratio", "connections that differ in the ", "", share),
        )
    },
    "sent_recv_total_ratio": Wording("bytes sent for each byte received, in all", number),
    "sent_bytes_per_packet": Wording("mean payload of the client's packets", size),
    "recv_bytes_per_packet": Wording("mean payload of the server's packets", size),
    "median_duration": Wording("median duration of a connection", seconds),
    "bytes_per_second": Wording("bytes a second while connected", number),
    "interval_skew_score": Wording("symmetry of the times between connections", number),
    "interval_deviation_score": Wording("regularity of the times between connections", number),
    "interval_variation": Wording(
        "variation of the times between connections (spread / mean)", number
    ),
    "median_interval": Wording("median time between connections", seconds),
    "usual_interval_ratio": Wording("times between connections within 10% of their median", share),
    **{
        f"state_{state}_ratio": Wording(f"connections that {_STATES[state]}", share)
        for state in STATES
    },
    "client_closes_first_ratio": Wording("connections that the client closed first", share),
    "client_reset_ratio": Wording("connections with a reset by the client", share),
    "server_reset_ratio": Wording("connections with a reset by the server", share),
    "is_named_by_DNS": Wording(
        "an address record (A, AAAA) in the capture names the server", yes_or_no
    ),
    "kit_certificate_ratio": Wording("certificates that a malware kit makes by default", share),
}
