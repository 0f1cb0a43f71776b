"""Measures the choices behind the shipped models, every quarter of the rows held back once.

The figures go to comparison.json beside the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from models.card import digest
from models.storage import save_json
from module3.classes import CLASSES
from module3.figures import Named, figures
from module3.fitting import fit_boosted_trees, fit_forest, kinds_of, row_weights
from module3.model_columns import Matrix, matrix
from module3.public_tables import LABEL
from module3.training_rows import DATA, QUARTERS, SOURCE, TABLE, quarters, read_training_rows
from training.progress import tracked
from training.tables import TableError

COMPARISON: Final = "comparison.json"
# What the original names, and the classes that are ours.
_ORIGINAL: Final = (
    "Benign",
    "Brute Force -Web",
    "Brute Force -XSS",
    "Infilteration",
    "SQL Injection",
    "SSH-Bruteforce",
)
_Scores = Callable[[pl.DataFrame, pl.DataFrame], Matrix]


def _forest(rows: pl.DataFrame, others: pl.DataFrame) -> Matrix:
    forest = fit_forest(matrix(rows), kinds_of(rows), row_weights(rows))
    return _all_classes(forest.predict_proba(matrix(others)), forest.classes_)


def _boosted(rows: pl.DataFrame, others: pl.DataFrame) -> Matrix:
    booster = fit_boosted_trees(matrix(rows), kinds_of(rows), row_weights(rows))
    return np.asarray(booster.predict(matrix(others), num_threads=1), dtype=np.float64)


def _all_classes(shares: Matrix, there: Any) -> Matrix:
    found = np.zeros((len(shares), len(CLASSES)))
    found[:, there] = shares
    return found


def _one_model(score: _Scores, rows: pl.DataFrame, others: pl.DataFrame) -> Matrix:
    return score(rows, others)


def _two_models(score: _Scores, rows: pl.DataFrame, others: pl.DataFrame) -> Matrix:
    """Ask a model of the original classes, and one of Benign and the classes that are ours.

    An attack of either is taken for what the surer of them says.
    """
    first = score(rows.filter(pl.col(LABEL).is_in(_ORIGINAL)), others)
    ours = (pl.col(LABEL) == "Benign") | ~pl.col(LABEL).is_in(_ORIGINAL)
    second = score(rows.filter(ours), others)
    both = np.maximum(first, second)
    both[:, 0] = np.minimum(first[:, 0], second[:, 0])
    return both


def _own_source(score: _Scores, rows: pl.DataFrame, others: pl.DataFrame) -> Matrix:
    found = np.zeros((len(others), len(CLASSES)))
    for source in others[SOURCE].unique():
        own = (others[SOURCE] == source).to_numpy()
        found[own] = score(rows.filter(rows[SOURCE] == source), others.filter(own))
    return found


_CHOICES: Final = {
    "one model of all classes": _one_model,
    "a model of six classes and one of the others": _two_models,
    "a model for each source": _own_source,
}
_MODELS: Final[dict[str, _Scores]] = {"random_forest": _forest, "gbdt": _boosted}


def compare(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return for each model and choice the figures by source, over all quarters together."""
    quarter = quarters(rows)
    names, pairs = np.array(CLASSES), [(m, c) for m in _MODELS for c in _CHOICES]
    found: dict[str, dict[str, Any]] = {model: {} for model in _MODELS}
    for model, choice in tracked(pairs, "compare"):
        called = np.empty(len(rows), dtype=np.intp)
        for number in range(QUARTERS):
            held = quarter == number
            score = _CHOICES[choice](_MODELS[model], rows.filter(~held), rows.filter(held))
            called[held] = score.argmax(axis=1)
        found[model][choice] = _by_source(rows, names[called].tolist())
    return found


def _by_source(rows: pl.DataFrame, called: list[str]) -> dict[str, Any]:
    named = rows.select(SOURCE, LABEL, pl.Series("called", called))
    return {
        str(name): figures(Named(part[LABEL].to_list(), part["called"].to_list()))
        for (name,), part in named.group_by(SOURCE, maintain_order=True)
    }


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m module3.compare", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="folder of the table (module3/data)"
    )
    table = parser.parse_args(argv).data / TABLE
    try:
        found = compare(read_training_rows(table))
    except TableError as error:
        print(error, file=sys.stderr)
        return 3
    save_json(table.parent / COMPARISON, {"table": digest(table), "figures": found})
    for model, choices in found.items():
        for choice, by_source in choices.items():
            for source, measured in by_source.items():
                print(f"{model}, {choice}, {source}: {measured['macro_f1_of_five']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
