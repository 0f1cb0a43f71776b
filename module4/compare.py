"""Compares the classifiers on the good set and the bad set, on rows held out in two ways.

Folds that keep a capture and a family on one side tell how conversations of unseen malware are
judged; the random split, which the ancestor used, tells how much of its figures was leaked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl

from module4.classifiers import CLASSIFIERS, settings
from module4.comparison_figures import figures, safe_throughout
from module4.examples import ExampleError, token_columns
from module4.features import Matrix
from module4.forest import fit_and_score
from module4.held_out import GROUPED, RANDOM, Fold, Scored, folds_of, score_fold
from training.curves import Ranking
from training.out_of_fold import out_of_fold, possible_folds

SCHEMA: Final = 1
FOLDS: Final = 5
INNER_FOLDS: Final = 3
RESAMPLES: Final = 300
DESCRIPTIONS: Final = {
    GROUPED: "Each conversation is judged by classifiers that saw neither its capture nor its "
    "malware family, nor its public server address.",
    RANDOM: "Conversations are held out at random, as the ancestor did, so that their neighbours "
    "of the same capture and family are trained on: what is better here than above is leaked.",
}
# Measures that the forest does without, to show what they do.
WITHOUT: Final = {
    "all features": (),
    "without times": ("mean_time", "var_time"),
    "without lengths": ("mean_length", "std_length"),
    "without unknown ports": ("unknown_ports",),
}

Job = tuple[str, str, Fold]  # classifier, split, rows
RunAll = Callable[[Callable[[Job], Scored], Sequence[Job]], Sequence[Scored]]


@dataclass(frozen=True)
class Effort:
    """How thoroughly to compare; ``resamples`` are the draws behind each interval."""

    folds: int = FOLDS
    inner_folds: int = INNER_FOLDS
    resamples: int = RESAMPLES


def compare(
    rows: pl.DataFrame, run_all: RunAll | None = None, effort: Effort | None = None
) -> dict[str, Any]:
    """Return the figures of all classifiers as values that JSON can hold.

    ``run_all`` maps a function over jobs, one after the other unless given. Raises ``ExampleError``
    where there are too few captures or families for folds within folds.
    """
    effort = effort or Effort()
    _check(rows, effort)
    jobs = [
        (classifier.name, split, Fold(training, held_out, effort.inner_folds))
        for split in (GROUPED, RANDOM)
        for training, held_out in folds_of(rows, split, effort.folds)
        for classifier in CLASSIFIERS
    ]
    found = (run_all or _one_after_the_other)(partial(_score, rows), jobs)
    by_job = list(zip(jobs, found, strict=True))
    return {
        "schema": SCHEMA,
        "conversations": _counted(rows),
        "settings": {"folds": effort.folds, "inner_folds": effort.inner_folds},
        "splits": [_split(rows, split, by_job, effort) for split in (GROUPED, RANDOM)],
        "without": _without(rows, effort),
    }


def _score(rows: pl.DataFrame, job: Job) -> Scored:
    name, split, fold = job
    return score_fold(rows, name, split, fold)


def _one_after_the_other(function: Callable[[Job], Scored], jobs: Sequence[Job]) -> list[Scored]:
    return [function(job) for job in jobs]


def _check(rows: pl.DataFrame, effort: Effort) -> None:
    possible = possible_folds(rows) * (effort.folds - 1) // effort.folds
    if possible < max(effort.folds, effort.inner_folds):
        raise ExampleError(
            "too few families or captures to hold any out; add captures to the good set and the "
            "bad set"
        )


def _counted(rows: pl.DataFrame) -> dict[str, int]:
    dangerous = rows.filter(pl.col("label") == 1)
    return {
        "dangerous": len(dangerous),
        "safe": len(rows) - len(dangerous),
        "families": dangerous["family"].n_unique(),
        "captures": rows["capture"].n_unique(),
    }


def _split(
    rows: pl.DataFrame, split: str, found: Sequence[tuple[Job, Scored]], effort: Effort
) -> dict[str, Any]:
    own = {
        classifier.name: [scored for job, scored in found if job[:2] == (classifier.name, split)]
        for classifier in CLASSIFIERS
    }
    return {
        "name": split,
        "description": DESCRIPTIONS[split],
        "always_safe": safe_throughout(rows["label"].to_numpy()),
        "classifiers": [
            {
                "name": classifier.name,
                "title": classifier.title,
                **_of_classifier(rows, own[classifier.name], effort.resamples),
            }
            for classifier in CLASSIFIERS
        ],
    }


def _of_classifier(rows: pl.DataFrame, parts: Sequence[Scored], resamples: int) -> dict[str, Any]:
    scores, margins = np.zeros(len(rows)), np.zeros(len(rows))
    for part in parts:
        scores[part.held_out], margins[part.held_out] = part.scores, part.margins
    labels, captures = rows["label"].to_numpy(), rows["capture"].to_numpy().astype(np.str_)
    return {
        **figures(scores, margins >= 0, labels, captures, resamples),
        "fit_seconds": round(float(np.median([part.fit_seconds for part in parts])), 4),
        "predict_seconds_per_1000": round(
            1000 * sum(part.predict_seconds for part in parts) / len(rows), 4
        ),
        "chosen": [settings(part.choice) for part in parts],
    }


def _without(rows: pl.DataFrame, effort: Effort) -> list[dict[str, Any]]:
    """Return the average precision of the forest in service without some measures, grouped."""
    changes = {
        name: [pl.lit(0.0).alias(measure) for measure in measures]
        for name, measures in WITHOUT.items()
    }
    changes["without tokens"] = [pl.lit(0).alias(token) for token in token_columns(rows)]
    return [
        {"name": name, "average_precision": _precision(rows.with_columns(change), effort.folds)}
        for name, change in changes.items()
    ]


def _precision(rows: pl.DataFrame, folds: int) -> float:
    probabilities: Matrix = out_of_fold(rows, fit_and_score, folds=folds, seeds=(1,))
    curve = Ranking.of(probabilities, rows["label"].to_numpy()).curve()
    return round(curve.average_precision(), 4)
