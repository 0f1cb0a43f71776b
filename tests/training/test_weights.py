import numpy as np
import polars as pl
import pytest

from training.weights import row_weights


def origins(*rows: tuple[int, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["label", "family", "capture", "server"], orient="row")


def test_both_classes_weigh_the_same_and_the_mean_is_one() -> None:
    rows = origins(
        (1, "A", "m1", "1.1.1.1"),
        (0, "", "n1", "2.2.2.1"),
        (0, "", "n1", "2.2.2.2"),
        (0, "", "n2", "2.2.2.3"),
    )
    weights = row_weights(rows)
    assert weights.mean() == pytest.approx(1)
    assert weights[:1].sum() == pytest.approx(weights[1:].sum())


def test_a_family_weighs_less_than_its_servers_would_alone() -> None:
    large = [(1, "A", f"m{number}", f"1.1.1.{number}") for number in range(16)]
    weights = row_weights(origins(*large, (1, "B", "m", "3.3.3.3"), (0, "", "n", "2.2.2.2")))
    assert weights[:16].sum() / weights[16] == pytest.approx(16**0.75)


def test_a_normal_capture_weighs_less_than_its_servers_would_alone() -> None:
    large = [(0, "", "n1", f"1.1.1.{number}") for number in range(16)]
    weights = row_weights(origins(*large, (0, "", "n2", "3.3.3.3"), (1, "A", "m", "2.2.2.2")))
    assert weights[:16].sum() / weights[16] == pytest.approx(16**0.75)


def test_rows_of_one_server_share_its_weight() -> None:
    rows = origins(
        (1, "A", "m1", "1.1.1.1"),
        (1, "A", "m2", "1.1.1.1"),
        (1, "A", "m3", "1.1.1.2"),
        (0, "", "n", "2.2.2.2"),
    )
    weights = row_weights(rows)
    assert weights[0] + weights[1] == pytest.approx(weights[2])


def test_a_missing_family_is_a_group_of_its_own() -> None:
    rows = pl.DataFrame(
        {"label": [1, 0], "family": [None, None], "capture": ["a", "b"], "server": ["1", "2"]},
        schema_overrides={"family": pl.String},
    )
    np.testing.assert_allclose(row_weights(rows), [1.0, 1.0])
