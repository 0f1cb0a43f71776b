import numpy as np
import polars as pl
import pytest

from training.out_of_fold import Probabilities, out_of_fold, possible_folds, recall_by_family


def table(malicious: int, normal: int) -> pl.DataFrame:
    rows = [(1, f"m{n}", f"F{n}", f"8.8.4.{n}", None) for n in range(malicious)]
    rows += [(0, f"n{n}", "", f"8.8.5.{n}", None) for n in range(normal)]
    columns = {
        "label": pl.Int64,
        "capture": pl.String,
        "family": pl.String,
        "server": pl.String,
        "certificate": pl.String,
    }
    return pl.DataFrame(rows, schema=columns, orient="row")


def share_of_malicious(training: pl.DataFrame, held_out: pl.DataFrame) -> Probabilities:
    assert not set(training["capture"]) & set(held_out["capture"])
    return np.full(held_out.height, training["label"].mean())


def test_folds_are_limited_by_the_groups_of_the_smaller_class() -> None:
    assert possible_folds(table(3, 5)) == 3
    assert possible_folds(table(1, 5)) == 1
    assert possible_folds(table(0, 5)) == 0
    assert possible_folds(table(4, 5).with_columns(family=pl.lit("F"))) == 1


def test_every_row_gets_the_mean_over_foldings() -> None:
    rows = table(4, 6)
    probabilities = out_of_fold(rows, share_of_malicious, folds=2, seeds=(1, 2))
    assert probabilities.shape == (10,)
    assert ((probabilities > 0) & (probabilities < 1)).all()

    def mean_number(training: pl.DataFrame, held_out: pl.DataFrame) -> Probabilities:
        return np.full(held_out.height, training["number"].mean())

    numbered = rows.with_row_index("number")
    of_seeds = [out_of_fold(numbered, mean_number, 2, seeds) for seeds in ((1,), (3,), (1, 3))]
    assert of_seeds[0].tolist() != of_seeds[1].tolist()
    assert of_seeds[2].tolist() == pytest.approx(np.mean(of_seeds[:2], axis=0).tolist())


def test_a_small_table_is_folded_as_often_as_its_smaller_class_allows() -> None:
    parts: list[int] = []

    def counted(training: pl.DataFrame, held_out: pl.DataFrame) -> Probabilities:
        parts.append(held_out.height)
        return share_of_malicious(training, held_out)

    out_of_fold(table(3, 6), counted, folds=5, seeds=(1,))
    assert parts == [3, 3, 3]


def test_without_its_class_in_training_a_row_has_the_other_class() -> None:
    rows = table(2, 4).with_columns(server=pl.lit("8.8.8.8"))
    rows = rows.with_columns(
        server=pl.when(pl.col("label") == 0).then(pl.col("capture")).otherwise("server")
    ).with_columns(server=pl.col("server").replace({f"n{n}": f"8.8.5.{n}" for n in range(4)}))
    probabilities = out_of_fold(rows, share_of_malicious, folds=2, seeds=(1,))
    assert probabilities[:2].tolist() == [0.0, 0.0]


def test_recall_by_family_weighs_families_alike() -> None:
    rows = pl.DataFrame({"label": [1, 1, 1, 1, 0, 0], "family": ["A", "A", "A", "B", "", ""]})
    probabilities = np.array([0.9, 0.9, 0.1, 0.1, 0.5, 0.2])
    assert recall_by_family(rows, probabilities, 0.01) == pytest.approx((2 / 3 + 0) / 2)


def test_recall_by_family_without_families_is_zero() -> None:
    rows = pl.DataFrame({"label": [0], "family": [""]})
    assert recall_by_family(rows, np.array([0.5]), 0.01) == 0.0
