import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evaluation.ctu_folds import CANDIDATES, Candidate, as_json, measured, read_ctu_rows, text
from evaluation.errors import EvaluationError
from module2.detect import GBDT, RANDOM_FOREST


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """Return every twentieth row of the shipped table, all of them of its malicious ones."""
    table = read_ctu_rows()
    return pl.concat([table.filter(label=1)[::20], table.filter(label=0)[::20]])


def quick(name: str) -> Candidate:
    """Return a model of the command with little to fit."""
    whole = next(each for each in CANDIDATES if each.name == name)
    size = "n_estimators" if name == RANDOM_FOREST else "rounds"
    few = tuple({**setting, size: 12} for setting in whole.settings[:2])
    return Candidate(whole.name, whole.fit, whole.probabilities, few)


def test_both_models_tell_the_table_apart(rows: pl.DataFrame) -> None:
    found = measured(rows, [quick(RANDOM_FOREST), quick(GBDT)], resamples=20)
    assert (found["rows"], found["malicious"]) == (rows.height, rows["label"].sum())
    for of_model in found["models"].values():
        for figure in ("best_f1", "average_precision"):
            low, high = of_model[figure]["interval"]
            assert 0.5 < low <= of_model[figure]["value"] + 0.02
            assert of_model[figure]["value"] <= high + 0.02 < 1.02
        assert len(of_model["chosen"]) == 5
    assert json.loads(as_json(found)) == found


def test_the_same_rows_give_the_same_figures(rows: pl.DataFrame) -> None:
    once, again = (measured(rows, [quick(GBDT)], resamples=2) for _ in range(2))
    assert once == again


def test_the_better_setting_is_chosen_without_the_held_out_rows() -> None:
    table = pl.DataFrame({"label": [0, 1] * 20, "avg_size": [float(n) for n in range(40)]})
    seen: list[int] = []

    def fit(matrix: np.ndarray, labels: np.ndarray, weights: np.ndarray, good: bool) -> object:
        seen.append(len(labels))
        return good

    def probabilities(good: object, matrix: np.ndarray) -> np.ndarray:
        malicious = matrix[:, 0] % 2
        return malicious if good else 1 - malicious

    candidate = Candidate(GBDT, fit, probabilities, ({"good": False}, {"good": True}))
    missing = [name for name in read_ctu_rows().columns if name not in table.columns]
    found = measured(
        table.with_columns(pl.lit(None).alias(name) for name in missing), [candidate], resamples=5
    )
    assert found["models"][GBDT]["chosen"] == [{"good": True}] * 5
    assert found["models"][GBDT]["best_f1"]["value"] == 1.0
    assert set(seen) == {24, 32}  # three quarters of the training rows, then all of them


def test_figures_as_text() -> None:
    figure = {"value": 0.9, "interval": [0.88, 0.92]}
    models = {GBDT: {"best_f1": figure, "average_precision": {**figure, "interval": None}}}
    shown = text({"rows": 10, "malicious": 2, "folds": 5, "models": models})
    assert "gbdt            0.900 (0.880 to 0.920)    0.900\n" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_missing_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="not a readable table"):
        read_ctu_rows(tmp_path)
