"""Trains the random forest over conversations on the good set and the bad set.

Both are tables of module4/dataset. ``project.py train module4 --update-goodset --update-badset``
makes them again first, from captures, from a manifest of labelled captures, or from live traffic of
this machine. The same tables give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from capture.errors import UnreadableInputError
from models.card import MODELS, TRAINING_ROWS, Card, write_card
from models.replacement import replacing_model
from models.storage import save_forest
from module4.detect import CAPTURE_THRESHOLD, FOLDER, FOREST_FILE, THRESHOLD
from module4.examples import (
    BAD_SET,
    DATASET,
    GOOD_SET,
    ORIGIN,
    ExampleError,
    read_examples,
    token_columns,
    write_examples,
)
from module4.features import MEASURES, Matrix
from module4.forest import fit_and_score, fit_forest
from module4.label import examples_of_captures, examples_of_manifest
from module4.sources import Sources
from module4.templates import TemplateError, Templates, read_templates
from training.manifest import ManifestError
from training.metrics import summary, summary_line, threshold_at_false_positive_rate
from training.out_of_fold import SEEDS, out_of_fold, possible_folds, recall_by_family
from training.progress import tell, warn
from training.tables import TableError, write_table

OUT_OF_FOLD: Final = "out_of_fold.csv.gz"
FALSE_POSITIVE_RATE: Final = 0.01
_EXAMPLE = """example:
  python -m module4.train --models /tmp/models"""


def update_sets(data: Path, sources: Sources, templates: Templates) -> dict[Path, int]:
    """Write the sets that are asked for below ``data``; return how many rows each has.

    Raises ``ExampleError`` where no source is given for a set, and as the readers of sources do.
    """
    written = {}
    labelled = None
    wanted = {GOOD_SET: sources.update_good, BAD_SET: sources.update_bad}
    if sources.manifest is not None and any(wanted.values()):
        labelled = examples_of_manifest(sources.manifest, sources.servers, templates)
    for name in (name for name, is_wanted in wanted.items() if is_wanted):
        malicious = name == BAD_SET
        captures = sources.bad if malicious else sources.good
        if captures:
            parts = examples_of_captures(captures, malicious=malicious, templates=templates)
        elif labelled is not None:
            parts = labelled.bad if malicious else labelled.good
        else:
            parts = _live(sources, malicious, templates)
        written[data / name] = write_examples(data / name, parts)
    return written


def _live(sources: Sources, malicious: bool, templates: Templates) -> list[pl.DataFrame]:
    from capture.live import record

    if sources.interface is None:
        option = "--bad" if malicious else "--good"
        raise ExampleError(f"nothing to make examples of: give {option}, --manifest or --interface")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"live-{sources.interface}.pcap"
        record(sources.interface, sources.packets, path)
        return examples_of_captures([path], malicious=malicious, templates=templates)


def train(data: Path, models: Path, templates: Templates, seeds: Sequence[int] = SEEDS) -> Card:
    """Train on both sets below ``data`` and write the model's folder.

    The threshold of conversations is that of 1 % false positives on rows held out with their family
    and capture; that of captures is that of 1 % of the captures without a dangerous row, by their
    highest probability. With too few captures for folds both are of the training rows, and the
    card says so. ``seeds`` are those of the foldings.
    """
    rows = read_examples(data)
    _check(rows, templates, data)
    measured_on, probabilities = _measured(rows, seeds)
    forest, tokens = fit_forest(rows)
    origin = rows.select("label", *ORIGIN, pl.Series("probability", probabilities))
    thresholds, metrics = _figures(rows, probabilities)
    with replacing_model(models / FOLDER) as folder:
        save_forest(folder / FOREST_FILE, forest)
        write_table(folder / OUT_OF_FOLD, origin)
        return write_card(
            folder,
            description=f"random forest over {len(MEASURES)} measures and the frequencies of "
            f"{len(tokens)} protocol tokens of a conversation",
            features=(*MEASURES, *tokens),
            thresholds=thresholds,
            metrics={"measured_on": measured_on, **metrics},
            libraries=("numpy", "polars", "scikit-learn"),
            training_data=[data / GOOD_SET, data / BAD_SET],
        )


def _check(rows: pl.DataFrame, templates: Templates, data: Path) -> None:
    if rows["label"].n_unique() < 2:
        raise ExampleError(f"{data}: {GOOD_SET} and {BAD_SET} need a row each at least")
    lost = sorted(set(token_columns(rows)) - set(templates.tokens))
    if lost:
        raise ExampleError(
            f"{data}: tables of other templates, which have {', '.join(lost[:5])}; make them again "
            "with --update-goodset --update-badset"
        )


def _measured(rows: pl.DataFrame, seeds: Sequence[int]) -> tuple[str, Matrix]:
    """Return on what the rows were measured, and their probabilities."""
    if possible_folds(rows) < 2:
        warn("too few families or captures to hold any out: threshold and figures are optimistic")
        return TRAINING_ROWS, np.round(fit_and_score(rows, rows), 9)
    probabilities = out_of_fold(rows, fit_and_score, seeds=seeds)
    return "families and captures held out", np.round(probabilities, 9)


def _figures(rows: pl.DataFrame, probabilities: Matrix) -> tuple[dict[str, float], dict[str, Any]]:
    labels = rows["label"].to_numpy()
    threshold = threshold_at_false_positive_rate(probabilities, labels, FALSE_POSITIVE_RATE)
    captures = (
        rows.select("capture", "label", probability=probabilities)
        .group_by("capture")
        .max()
        .sort("capture")
    )
    highest, dangerous = captures["probability"].to_numpy(), captures["label"].to_numpy()
    of_captures = threshold_at_false_positive_rate(highest, dangerous, FALSE_POSITIVE_RATE)
    by_family = recall_by_family(rows, probabilities, FALSE_POSITIVE_RATE)
    metrics = summary(probabilities, labels, threshold, rows["capture"].to_numpy())
    metrics["families"] = rows.filter(pl.col("label") == 1)["family"].n_unique()
    metrics["mean_recall_by_family_at_fpr_0.01"] = round(by_family, 4)
    metrics["captures"] = summary(highest, dangerous, of_captures, captures["capture"].to_numpy())
    return {THRESHOLD: threshold, CAPTURE_THRESHOLD: of_captures}, metrics


def run(sources: Sources, data: Path = DATASET, models: Path = MODELS) -> int:
    """Make the sets that are asked for, train on both, and return the exit status."""
    try:
        templates = read_templates()
        for path, count in update_sets(data, sources, templates).items():
            tell(f"{path}: {count} conversations")
        tell(_line(train(data, models, templates)))
    except (ExampleError, TemplateError, TableError, ManifestError, UnreadableInputError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def main(argv: Sequence[str]) -> int:
    """Train on both sets; ``project.py train module4`` makes them again too."""
    parser = argparse.ArgumentParser(
        prog="python -m module4.train",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=DATASET, metavar="DIR", help="folder of both")
    parser.add_argument("--models", type=Path, default=MODELS, metavar="DIR", help="model's place")
    arguments = parser.parse_args(argv)
    return run(Sources(), arguments.data, arguments.models)


def _line(card: Card) -> str:
    figures = card.metrics
    counts = f"{figures['positives']} dangerous, {figures['negatives']} safe conversations"
    return f"{card.module}: {counts}, {summary_line(figures)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
