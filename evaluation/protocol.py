"""The whole protocol with refitting: four ways to hold rows out, baselines and ablations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from evaluation import baselines, splits
from evaluation.combination import final_of_later, final_of_splits, scored_rows
from evaluation.document import document, measured
from evaluation.feature_groups import ABLATIONS, knows_kits, left_out_of
from evaluation.refitting import Request, Trainer, held_out_scores
from evaluation.scored import Scored, figures_by_level, figures_of, server_figures
from evaluation.splits import Origins, Split
from training.out_of_fold import Probabilities
from training.resampling import RESAMPLES
from verdict.final import DETECTORS
from verdict.known_certificates import Entry

GROUPED: Final = "families and captures held out"
EACH_FAMILY: Final = "one family held out at a time"
LATER: Final = "later captures"
RANDOM: Final = "random split"
_INSIDE_EARLIER: Final = "inside the earlier captures"
_BASELINE: Final = "baseline"

Found = Mapping[tuple[str, str], Probabilities]


@dataclass(frozen=True)
class Settings:
    """How thoroughly to measure; ``day`` divides earlier from later captures, None for the middle.

    ``resamples`` are the draws behind each interval.
    """

    folds: int = 5
    repeats: int = 1
    jobs: int = 1
    day: date | None = None
    resamples: int = RESAMPLES


def run(
    trainer: Trainer,
    thresholds: Mapping[str, float],
    entries: Sequence[Entry] = (),
    settings: Settings | None = None,
) -> dict[str, Any]:
    """Fit every detector on every split and return the document of all figures.

    ``thresholds`` are those of the shipped models, ``entries`` those of the certificate database.
    Raises ``EvaluationError`` when there are too few families or captures.
    """
    chosen = settings or Settings()
    day, plan = _plan(trainer, chosen)
    found = _found(trainer, plan, chosen.jobs)
    added = trainer.tables.added
    return document(
        kind="refitted",
        settings={
            "folds": chosen.folds,
            "repeats": chosen.repeats,
            "later_from": str(day),
            "rows_of_unknown_family": 0 if added is None else added.height,
        },
        protocols=[
            measured(name, figures_by_level(scored, thresholds, chosen.resamples))
            for name, scored in _protocols(trainer, plan, found).items()
        ],
        baselines=_baselines(trainer, found, entries, chosen.resamples),
        ablations=_ablations(trainer, plan[GROUPED], found, chosen.resamples),
    )


def _plan(trainer: Trainer, settings: Settings) -> tuple[date, dict[str, list[Split]]]:
    """Return the day that divides earlier from later captures, and the splits by their name."""
    origins = Origins.of(trainer.tables)
    folds, repeats = settings.folds, settings.repeats
    day = settings.day or splits.default_date(origins)
    earlier, later = splits.earlier_and_later(origins, day)
    return day, {
        GROUPED: splits.grouped(origins, folds, repeats),
        EACH_FAMILY: splits.one_family_each(origins),
        LATER: [origins.split(earlier, later)],
        _INSIDE_EARLIER: splits.grouped(origins, folds, 1, within=earlier),
        RANDOM: splits.at_random(trainer.tables, folds, repeats),
    }


def _found(trainer: Trainer, plan: Mapping[str, Sequence[Split]], jobs: int) -> Found:
    """Return the scores of each detector under each name of a split, baseline or ablation."""
    requests = {
        (name, detector): Request(detector, tuple(parts))
        for name, parts in plan.items()
        for detector in DETECTORS
    }
    parts = tuple(plan[GROUPED])
    requests |= {(_BASELINE, name): Request(name, parts) for name in baselines.FITTED}
    requests |= {
        (name, detector): Request(detector, parts, frozenset(groups))
        for name, groups in ABLATIONS.items()
        for detector in DETECTORS
        if left_out_of(detector, groups)
    }
    scores = held_out_scores(list(requests.values()), trainer, jobs)
    return dict(zip(requests, scores, strict=True))


def _protocols(
    trainer: Trainer, plan: Mapping[str, Sequence[Split]], found: Found
) -> dict[str, Scored]:
    """Return the scored rows of each way to hold rows out, with FINAL fitted under the same."""
    tables = trainer.tables
    by_split = {name: _of_detectors(found, name) for name in plan}
    by_split[EACH_FAMILY] = {
        detector: _overlaid(by_split[EACH_FAMILY][detector], by_split[GROUPED][detector])
        for detector in DETECTORS
    }
    final = {
        name: final_of_splits(tables, by_split[name], plan[name])
        for name in (GROUPED, EACH_FAMILY, RANDOM)
    }
    final[EACH_FAMILY] = _overlaid(final[EACH_FAMILY], final[GROUPED])
    final[LATER] = final_of_later(tables, by_split[_INSIDE_EARLIER], by_split[LATER])
    names = (GROUPED, EACH_FAMILY, LATER, RANDOM)
    scored = {name: scored_rows(tables, by_split[name], final[name]) for name in names}
    scored[LATER] = scored[LATER].held_out_by(plan[LATER][0])
    return scored


def _of_detectors(found: Found, name: str) -> dict[str, Probabilities]:
    return {detector: found[name, detector] for detector in DETECTORS}


def _overlaid(scores: Probabilities, others: Probabilities) -> Probabilities:
    """Return the scores, and the others where there are none."""
    return np.where(np.isnan(scores), others, scores)


def _baselines(
    trainer: Trainer, found: Found, entries: Sequence[Entry], resamples: int
) -> list[dict[str, Any]]:
    servers = trainer.tables.servers
    scores: dict[str, Probabilities | None] = {
        name: found[_BASELINE, name] for name in baselines.FITTED
    }
    scores[baselines.CERTIFICATE_LIST] = baselines.on_certificate_list(servers, entries)
    return [
        {
            "name": name,
            "servers": None if known is None else figures_of(servers, known, None, resamples),
        }
        for name, known in scores.items()
    ]


def _ablations(
    trainer: Trainer, grouped: Sequence[Split], found: Found, resamples: int
) -> list[dict[str, Any]]:
    """Return the figures by server without each group of features; FINAL is fitted again too.

    Where no detector has such features there are no figures.
    """
    measures = []
    for name, groups in ABLATIONS.items():
        changed = [detector for detector in DETECTORS if left_out_of(detector, groups)]
        scores = {
            detector: found[name if detector in changed else GROUPED, detector]
            for detector in DETECTORS
        }
        final = final_of_splits(trainer.tables, scores, grouped, knows_kits=knows_kits(groups))
        scored = scored_rows(trainer.tables, scores, final)
        figures = server_figures(scored, {}, resamples) if changed else {}
        measures.append({"name": name, "detectors_changed": changed, "servers": figures})
    return measures
