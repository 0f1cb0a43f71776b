from module2.columns import (
    CATEGORICAL,
    CLASSIC_FEATURES,
    COUNTS,
    FEATURES,
    FURTHER_FEATURES,
    KEY,
    ORIGIN,
    ORIGINAL_FEATURES,
)


def test_there_are_51_distinct_features_that_begin_and_end_as_the_classic_table() -> None:
    assert len(CLASSIC_FEATURES) == len(set(CLASSIC_FEATURES)) == 51
    assert CLASSIC_FEATURES[:2] == ("ssl_version", "cipher_suite_server")
    assert CLASSIC_FEATURES[-1] == "avg_IPs_in_DNS"


def test_further_features_follow_the_classic_ones() -> None:
    assert FEATURES == CLASSIC_FEATURES + FURTHER_FEATURES
    assert len(FEATURES) == len(set(FEATURES))


def test_the_thirty_features_of_the_original_are_among_them() -> None:
    assert len(set(ORIGINAL_FEATURES)) == 30
    assert set(ORIGINAL_FEATURES) <= set(FEATURES)


def test_no_feature_tells_where_a_row_comes_from() -> None:
    assert not set(FEATURES) & {*ORIGIN, *KEY, "label"}
    assert set(CATEGORICAL) | set(COUNTS) <= set(FEATURES)
