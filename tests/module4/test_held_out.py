from pathlib import Path

import numpy as np
import pytest

from module4.examples import read_examples
from module4.held_out import GROUPED, RANDOM, Fold, best_threshold, folds_of, score_fold
from training.curves import Ranking


def test_threshold_of_the_best_f1_lies_between_scores() -> None:
    scores, labels = np.array([0.9, 0.8, 0.4, 0.3]), np.array([1, 1, 0, 1])
    assert best_threshold(Ranking.of(scores, labels)) == pytest.approx(0.3)
    assert best_threshold(Ranking.of(scores[:3], labels[:3])) == pytest.approx(0.6)


def test_grouped_folds_keep_captures_and_families_on_one_side(data: Path) -> None:
    rows = read_examples(data)
    folds = list(folds_of(rows, GROUPED, 4))
    assert sorted(np.concatenate([held_out for _, held_out in folds])) == list(range(len(rows)))
    for training, held_out in folds:
        for column in ("capture", "family"):
            both = set(rows[column][training].drop_nulls()) & set(rows[column][held_out])
            assert not both


@pytest.mark.parametrize("split", [GROUPED, RANDOM])
def test_held_out_rows_are_judged_by_what_others_chose(data: Path, split: str) -> None:
    rows = read_examples(data)
    training, held_out = next(folds_of(rows, split, 2))
    scored = score_fold(rows, "tree", split, Fold(training, held_out, 2))
    assert scored.held_out.tolist() == held_out.tolist()
    assert ((scored.margins >= 0) == (rows["label"].to_numpy()[held_out] == 1)).all()
    assert set(scored.choice) == {
        "classifier__min_samples_leaf",
        "columns__tokens__frequencies__use_idf",
    }
