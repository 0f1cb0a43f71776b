"""What each feature rests on: the groups that ablations leave out.

A feature that is new must be put into one group here; a test holds that each is in exactly one.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Final

from module1.addresses import OCTET_COLUMNS, SIDES
from module1.derived import PART_COLUMNS
from module1.encoders import Encoders
from module2 import handshake_features, regularity_features, volume_features
from module2.columns import EVIDENCE_FEATURES
from module2.detect import FEATURES_OF

Groups = Mapping[str, tuple[str, ...]]

_CERTIFICATE_NAMES: Final = ("subject", "issuer")

SERVER_GROUPS: Final[Groups] = {
    "addresses and ports": handshake_features.PORTS,
    "flows": (
        "max_duration",
        "avg_duration",
        "percent_of_std_duration",
        "number_of_flows",
        "avg_size",
        "recv_sent_size_ratio",
        "avg_pkts",
        "recv_sent_pkts_ratio",
        "packet_loss",
        "percent_of_established_state",
        "avg_time_diff",
        "std_time_diff",
        "max_time_diff",
        *volume_features.FEATURES,
        *regularity_features.FEATURES,
    ),
    "tls": (
        "ssl_version",
        "cipher_suite_server",
        "ssl_flow_ratio",
        "ssl_tls_ratio",
        "resumed",
        *handshake_features.HANDSHAKE,
    ),
    "sni": (
        "SNI_ssl_ratio",
        "SNI_is_IP",
        "SNI_length",
        "SNI_labels",
        "SNI_digit_ratio",
        "SNI_is_com_net_org",
        "SNI_domain_length",
        "SNI_domain_entropy",
    ),
    "sni intel": (
        "SNI_domain_rank",
        "SNI_domain_is_known",
        "SNI_domain_is_listed",
        "SNI_domain_likelihood",
    ),
    "sni and certificate": ("is_SNIs_in_SAN_dns",),
    "certificate": (
        "cert_key_alg",
        "cert_sig_alg",
        "cert_key_type",
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
        "subject_attributes",
        "issuer_attributes",
        "default_names",
        "subject_length",
        "subject_CN_length",
        "subject_CN_entropy",
        "subject_CN_is_domain",
        "avg_cert_age_day",
        "avg_cert_day_left",
        "avg_serial_length",
        "avg_cert_version",
    ),
    "certificate intel": (
        "issuer_frequency",
        "subject_likelihood",
        "subject_least_likelihood",
        "issuer_likelihood",
        "kit_certificate_ratio",
    ),
    "dns": (
        "is_named_by_DNS",
        "avg_TTL",
        "avg_domain_name_length",
        "std_domain_name_length",
        "avg_IPs_in_DNS",
    ),
}

CONNECTION_GROUPS: Final[Groups] = {
    "addresses and ports": (
        "port_frequency",
        *(f"{side}_frequency" for side in SIDES),
        *(column for side in SIDES for column in Encoders.vector(side)),
        *OCTET_COLUMNS,
    ),
    "flows": (
        "bytes_out",
        "packets_out",
        "bytes_in",
        "packets_in",
        "bytes_ratio",
        "packets_ratio",
        "bytes_per_packet_out",
        "bytes_per_packet_in",
    ),
    "tls": ("version", "version_frequency"),
    "sni": (
        "has_sni",
        "sni_length",
        "sni_labels",
        "sni_entropy",
        "sni_frequency",
        *Encoders.vector("sni"),
    ),
    "sni intel": (),
    "sni and certificate": ("subject_CN_matches_sni",),
    "certificate": (
        "subject_parts",
        "issuer_parts",
        "has_issuer",
        "subject_is_issuer",
        "subject_CN_length",
        "subject_CN_entropy",
        *(f"{name}_frequency" for name in (*_CERTIFICATE_NAMES, *PART_COLUMNS)),
        *(column for name in _CERTIFICATE_NAMES for column in Encoders.vector(name)),
    ),
    "certificate intel": (),
    "dns": (),
}

_INTEL: Final = frozenset({"sni intel", "certificate intel"})
_SNI: Final = frozenset({"sni", "sni intel", "sni and certificate"})
_CERTIFICATE: Final = frozenset({"certificate", "certificate intel", "sni and certificate"})

ABLATIONS: Final[Mapping[str, Set[str]]] = {
    "without addresses and ports": frozenset({"addresses and ports"}),
    "without SNI": _SNI,
    "without certificates (as in TLS 1.3)": _CERTIFICATE,
    "without DNS": frozenset({"dns"}),
    "without intel": _INTEL,
    "without SNI, certificates and DNS": _SNI | _CERTIFICATE | {"dns"},
}


def server_features(detector: str, left_out: Set[str]) -> tuple[str, ...]:
    """Return what a detector of module 2 learns from, in order, without some groups."""
    gone = _members(SERVER_GROUPS, left_out)
    return tuple(name for name in FEATURES_OF[detector] if name not in gone)


def left_out_of(detector: str, groups: Set[str]) -> list[str]:
    """Return the features that a detector loses with some groups, sorted."""
    if detector in FEATURES_OF:
        return sorted(_members(SERVER_GROUPS, groups).intersection(FEATURES_OF[detector]))
    return sorted(_members(CONNECTION_GROUPS, groups))


def knows_kits(left_out: Set[str]) -> bool:
    """Return whether FINAL still knows the certificates of malware kits without some groups."""
    return not _members(SERVER_GROUPS, left_out).intersection(EVIDENCE_FEATURES)


def _members(groups: Groups, names: Set[str]) -> frozenset[str]:
    return frozenset(feature for name in names for feature in groups[name])
