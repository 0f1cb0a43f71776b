"""The columns of a server row, in the order of every table."""

from __future__ import annotations

from typing import Final

KEY: Final = ("client", "server", "port", "proto")

FEATURES: Final[tuple[str, ...]] = (
    "ssl_version",
    "cipher_suite_server",
    "cert_key_alg",
    "cert_sig_alg",
    "cert_key_type",
    "max_duration",
    "avg_duration",
    "percent_of_std_duration",
    "number_of_flows",
    "ssl_flow_ratio",
    "avg_size",
    "recv_sent_size_ratio",
    "avg_pkts",
    "recv_sent_pkts_ratio",
    "packet_loss",
    "percent_of_established_state",
    "avg_time_diff",
    "std_time_diff",
    "max_time_diff",
    "ssl_tls_ratio",
    "resumed",
    "self_signed_ratio",
    "avg_key_length",
    "avg_cert_valid_day",
    "std_cert_valid_day",
    "percent_of_valid_cert",
    "avg_valid_cert_percent",
    "number_of_cert_serial",
    "number_of_domains_in_cert",
    "avg_cert_path",
    "x509_ssl_ratio",
    "SNI_ssl_ratio",
    "is_SNIs_in_SAN_dns",
    "is_CNs_in_SAN_dns",
    "subject_CN_is_IP",
    "subject_is_com",
    "issuer_is_com",
    "is_O_in_subject",
    "is_CO_in_subject",
    "is_ST_in_subject",
    "is_L_in_subject",
    "subject_only_CN",
    "issuer_only_CN",
    "is_O_in_issuer",
    "is_CO_in_issuer",
    "is_ST_in_issuer",
    "is_L_in_issuer",
    "avg_TTL",
    "avg_domain_name_length",
    "std_domain_name_length",
    "avg_IPs_in_DNS",
)

# The thirty features that the model of the original read.
ORIGINAL_FEATURES: Final = (
    "avg_cert_path",
    "avg_cert_valid_day",
    "avg_domain_name_length",
    "avg_duration",
    "avg_IPs_in_DNS",
    "avg_pkts",
    "avg_size",
    "avg_time_diff",
    "avg_TTL",
    "avg_valid_cert_percent",
    "cert_key_type",
    "cert_sig_alg",
    "cipher_suite_server",
    "is_CNs_in_SAN_dns",
    "is_O_in_issuer",
    "is_O_in_subject",
    "is_ST_in_subject",
    "max_duration",
    "max_time_diff",
    "number_of_domains_in_cert",
    "number_of_flows",
    "packet_loss",
    "recv_sent_pkts_ratio",
    "recv_sent_size_ratio",
    "ssl_version",
    "std_domain_name_length",
    "std_time_diff",
    "subject_only_CN",
    "resumed",
    "SNI_ssl_ratio",
)

CATEGORICAL: Final = (
    "ssl_version",
    "cipher_suite_server",
    "cert_key_alg",
    "cert_sig_alg",
    "cert_key_type",
)

COUNTS: Final = (
    "number_of_flows",
    "packet_loss",
    "resumed",
    "number_of_cert_serial",
    "number_of_domains_in_cert",
)

# Where a row comes from; for folds, weights and reading, never features.
ORIGIN: Final = (
    "capture",
    "family",
    "role",
    "client",
    "server",
    "port",
    "proto",
    "certificate",
)
