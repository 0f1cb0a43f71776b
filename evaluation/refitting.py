"""Detectors fitted again without the rows that they then score, many of them side by side."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Final

import numpy as np
import polars as pl

from evaluation import baselines
from evaluation.errors import EvaluationError
from evaluation.feature_groups import left_out_of, server_features
from evaluation.splits import Part, Split
from evaluation.tables import LabelledTables
from module1 import fitting as module1_fitting
from module1.fitting import Settings
from module2 import fitting as module2_fitting
from module2.algorithms import ALGORITHMS, Algorithm
from training.out_of_fold import FitAndScore, Probabilities, score_held_out
from training.progress import tracked

MODULE1: Final = "module1"
_of_this_process: Final[list[Trainer]] = []


@dataclass(frozen=True)
class Trainer:
    """What every detector is fitted from, and how."""

    tables: LabelledTables
    algorithms: Sequence[Algorithm] = ALGORITHMS
    settings: Settings = module1_fitting.SHIPPED

    def rows(self, detector: str) -> pl.DataFrame:
        """Return the table that a detector scores."""
        return self.tables.connections if detector == MODULE1 else self.tables.servers

    def fit_and_score(self, detector: str, left_out: frozenset[str]) -> FitAndScore:
        """Return how a detector, or baseline, is fitted without some groups of features."""
        if detector == MODULE1:
            ignored = frozenset(left_out_of(MODULE1, left_out))
            settings = replace(self.settings, ignored=ignored)
            contest = self.tables.contest
            return partial(module1_fitting.fit_and_score, contest=contest, settings=settings)
        if detector in baselines.FITTED:
            return baselines.FITTED[detector]
        algorithm = next(each for each in self.algorithms if each.name == detector)
        features, added = server_features(detector, left_out), self.tables.added
        return partial(module2_fitting.fit_and_score, algorithm, added=added, features=features)


@dataclass(frozen=True)
class Request:
    """A detector to fit for each split, without the features of some groups."""

    detector: str
    splits: tuple[Split, ...]
    left_out: frozenset[str] = frozenset()

    def parts(self) -> list[Part]:
        """Return the rows of the detector's own table for each split."""
        connections = self.detector == MODULE1
        return [split.connections if connections else split.servers for split in self.splits]


@dataclass(frozen=True)
class _Fit:
    detector: str
    left_out: frozenset[str]
    part: Part


def held_out_scores(
    requests: Sequence[Request], trainer: Trainer, jobs: int = 1
) -> list[Probabilities]:
    """Return for each request one score a row: the mean over the splits that hold the row out.

    A row that none holds out has NaN. ``jobs`` processes work side by side; the result is the same.
    """
    fits = [
        _Fit(request.detector, request.left_out, part)
        for request in requests
        for part in request.parts()
    ]
    with _mapped(trainer, min(jobs, len(fits))) as mapped:
        tracked_fits = tracked(fits, "evaluate")
        results = iter([scores for _, scores in zip(tracked_fits, mapped(fits), strict=True)])
    return [_of_request(request, results, trainer) for request in requests]


def mean_of_held_out(
    parts: Sequence[Part], scores: Iterable[Probabilities], height: int
) -> Probabilities:
    """Return the mean of the scores that each of ``height`` rows has where it is held out."""
    total, times = np.zeros(height), np.zeros(height)
    for (_, held_out), found in zip(parts, scores, strict=True):
        total[held_out] += found
        times[held_out] += 1
    means: Probabilities = np.divide(total, times, out=np.full(height, np.nan), where=times > 0)
    return means


def _of_request(
    request: Request, results: Iterator[Probabilities], trainer: Trainer
) -> Probabilities:
    parts = request.parts()
    height = trainer.rows(request.detector).height
    return mean_of_held_out(parts, islice(results, len(parts)), height)


def _fit(trainer: Trainer, fit: _Fit) -> Probabilities:
    rows = trainer.rows(fit.detector)
    training, held_out = fit.part
    fit_and_score = trainer.fit_and_score(fit.detector, fit.left_out)
    return score_held_out(rows[training], rows[held_out], fit_and_score)


@contextmanager
def _mapped(
    trainer: Trainer, jobs: int
) -> Iterator[Callable[[Sequence[_Fit]], Iterable[Probabilities]]]:
    """Yield what turns fits into their scores, in order; processes end with the caller."""
    if jobs <= 1:
        yield partial(map, partial(_fit, trainer))
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, initializer=_prepare, initargs=(trainer,))
    try:
        yield partial(pool.map, _fit_here)
    except BrokenProcessPool:
        raise EvaluationError("a process ended while fitting; try fewer --jobs") from None
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(trainer: Trainer) -> None:
    """Keep the tables in this process, so that they are sent to it once."""
    _of_this_process.append(trainer)


def _fit_here(fit: _Fit) -> Probabilities:
    return _fit(_of_this_process[-1], fit)
