from collections import Counter

import pytest

from evaluation.feature_groups import (
    ABLATIONS,
    CONNECTION_GROUPS,
    SERVER_GROUPS,
    Groups,
    knows_kits,
    left_out_of,
    server_features,
)
from module1.encoders import Encoders
from module2.columns import CLASSIC_FEATURES, FEATURES, LEARNED_FEATURES
from tests.module1.synthetic import labelled_connections


def members(groups: Groups) -> Counter[str]:
    return Counter(name for names in groups.values() for name in names)


def test_every_server_feature_is_in_exactly_one_group() -> None:
    assert members(SERVER_GROUPS) == Counter(FEATURES)


def test_every_connection_feature_is_in_exactly_one_group() -> None:
    rows = labelled_connections(families=1, per_capture=2)
    assert members(CONNECTION_GROUPS) == Counter(Encoders.fit(rows, addresses=True).features)


def test_both_modules_have_the_same_groups() -> None:
    assert set(SERVER_GROUPS) == set(CONNECTION_GROUPS)
    assert all(groups <= set(SERVER_GROUPS) for groups in ABLATIONS.values())


def test_features_keep_their_order() -> None:
    features = server_features("gbdt", {"dns", "sni"})
    assert list(features) == [name for name in FEATURES if name in features]
    assert "avg_TTL" not in features
    assert "SNI_ssl_ratio" not in features
    assert server_features("gbdt", frozenset()) == LEARNED_FEATURES
    assert server_features("random_forest", frozenset()) == CLASSIC_FEATURES


@pytest.mark.parametrize("name", ["without SNI", "without certificates (as in TLS 1.3)"])
def test_what_needs_both_goes_with_either(name: str) -> None:
    assert "subject_CN_matches_sni" in left_out_of("module1", ABLATIONS[name])
    assert "is_SNIs_in_SAN_dns" in left_out_of("gbdt", ABLATIONS[name])


def test_a_certificate_leaves_no_feature_in_the_tls_13_world() -> None:
    features = server_features("gbdt", ABLATIONS["without certificates (as in TLS 1.3)"])
    assert not [name for name in features if "cert" in name or "subject" in name or "CN" in name]


def test_the_certificates_of_kits_are_intel() -> None:
    assert knows_kits(ABLATIONS["without DNS"])
    assert not knows_kits(ABLATIONS["without intel"])
    assert "kit_certificate_ratio" not in server_features("gbdt", frozenset())
