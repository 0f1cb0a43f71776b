"""Trains the models of attack classes on the table of flows and writes models/module3.

Every quarter of the rows of each class and source is held back once, and measured; the models in
service are fitted on all rows. The same table gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from models.card import MODELS, Card, write_card
from models.lightgbm_text import parse_lightgbm
from models.many_classes import ClassForest
from models.replacement import replacing_model
from models.storage import save_arrays, save_class_forest, save_lightgbm
from module3.classes import BENIGN, CLASSES
from module3.detect import (
    DISTANCE,
    FOLDER,
    FOREST_FILE,
    PROBABILITY,
    RANGES_FILE,
    TREES_FILE,
    Classifier,
)
from module3.evaluate import OUT_OF_FOLD, measured, measured_by_source, said_by
from module3.fitting import fit_boosted_trees, fit_forest, kinds_of, row_weights
from module3.model_columns import FEATURES, matrix
from module3.public_tables import LABEL
from module3.ranges import Ranges
from module3.training_rows import DATA, QUARTERS, SOURCE, TABLE, quarters, read_training_rows
from training.metrics import threshold_at_false_positive_rate
from training.progress import tell
from training.tables import TableError, write_table

if TYPE_CHECKING:
    import lightgbm
    from sklearn.ensemble import RandomForestClassifier

_DESCRIPTION: Final = (
    "Attack class of a flow: random forest and boosted trees, with the ranges of their training "
    "rows; see docs/attacks.md"
)
# Of rows that were not fitted, so many are refused as unlike the training rows, and so many benign
# ones may be called an attack.
REFUSED: Final = 0.01
FALSE_ATTACKS: Final = 0.001
_LEAST_PROBABILITY: Final = 0.5
FEWEST: Final = 2  # rows of a class
_EXAMPLE = """example:
  python -m module3.train --models /tmp/models"""


class TrainingError(ValueError):
    """Rows that no model can be trained on; the message says which are missing."""


@dataclass(frozen=True)
class _Fitted:
    """Models as the libraries made them, and in service."""

    forest: RandomForestClassifier
    boosted: lightgbm.Booster
    classifier: Classifier


def train(table: Path, models: Path) -> Card:
    """Train on the table and write the model's folder.

    Raises ``TableError``, and ``TrainingError`` unless there are rows of every class.
    """
    rows = read_training_rows(table)
    _check(rows, table)
    margins, said = _held_back(rows)
    fitted = _fit(rows, *_thresholds(margins))
    classifier = fitted.classifier
    metrics = {
        "measured_on": "every quarter of the rows of each class and source, held back once",
        "training_rows": len(rows),
        "by_source": measured_by_source(said),
        "across_sources": _across(rows),
    }
    with replacing_model(models / FOLDER) as folder:
        _save(folder, fitted)
        write_table(folder / OUT_OF_FOLD, said)
        return write_card(
            folder,
            description=_DESCRIPTION,
            features=FEATURES,
            thresholds={DISTANCE: classifier.distance, PROBABILITY: classifier.probability},
            metrics=metrics,
            libraries=("lightgbm", "numpy", "polars", "scikit-learn"),
            training_data=[table],
        )


def _check(rows: pl.DataFrame, table: Path) -> None:
    rare = _rare(rows)
    if rare:
        raise TrainingError(
            f"{table}: fewer than {FEWEST} different rows of {', '.join(rare)}; "
            "python -m module3.make_table --with-shipped adds those of the shipped table"
        )


def _rare(rows: pl.DataFrame) -> list[str]:
    """Return the classes of which nothing may be left where a quarter is held back."""
    counts = dict(rows[LABEL].value_counts().iter_rows())
    return [name for name in sorted(CLASSES) if counts.get(name, 0) < FEWEST]


def _fit(rows: pl.DataFrame, distance: float, probability: float) -> _Fitted:
    values, kinds, weights = matrix(rows), kinds_of(rows), row_weights(rows)
    forest = fit_forest(values, kinds, weights)
    boosted = fit_boosted_trees(values, kinds, weights)
    trees = parse_lightgbm(boosted.model_to_string(), f"multiclass num_class:{len(CLASSES)}")
    ranges = Ranges.of(values, kinds, rows[SOURCE].to_list())
    return _Fitted(
        forest,
        boosted,
        Classifier(ClassForest.of(forest), trees, ranges, distance, probability),
    )


def _held_back(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the margins of each row, and what is said of it, by models that did not see it.

    What is said is ``OUT_OF_FOLD_SCHEMA``; thresholds for a quarter are those of the others.
    """
    quarter, numbers = quarters(rows), range(QUARTERS)
    parts = [rows.filter(quarter == number) for number in numbers]
    classifiers = [_fit(rows.filter(quarter != number), 0.0, 0.0).classifier for number in numbers]
    found = [_margins(*pair) for pair in zip(classifiers, parts, strict=True)]
    said = []
    for number, part in enumerate(parts):
        distance, probability = _thresholds(pl.concat(found[:number] + found[number + 1 :]))
        judge = replace(classifiers[number], distance=distance, probability=probability)
        said.append(part.select(SOURCE).hstack(said_by(judge, part)))
    return pl.concat(found), pl.concat(said)


def _margins(classifier: Classifier, rows: pl.DataFrame) -> pl.DataFrame:
    """Return of rows that were not fitted what the thresholds are chosen by.

    ``distance`` from the training rows of the class, ``score`` of being an attack, ``attack`` as it
    is labelled.
    """
    values, kinds = matrix(rows), kinds_of(rows)
    shares = classifier.forest_probabilities(values)
    named = shares.argmax(axis=1)
    others = classifier.boosted_probabilities(values)
    score = np.take_along_axis((shares + others) / 2, named[:, None], axis=1)[:, 0]
    benign = CLASSES.index(BENIGN)
    score[(named == benign) | (others.argmax(axis=1) != named)] = 0
    distances = classifier.ranges.distances(values, named)
    return pl.DataFrame({"distance": distances, "score": score, "attack": kinds != benign})


def _thresholds(margins: pl.DataFrame) -> tuple[float, float]:
    """Return the distance and the probability."""
    labels = margins["attack"].to_numpy().astype(np.int64)
    score = margins["score"].to_numpy()
    probability = threshold_at_false_positive_rate(score, labels, FALSE_ATTACKS)
    distance = float(np.quantile(margins["distance"].to_numpy(), 1 - REFUSED))
    return distance, max(probability, _LEAST_PROBABILITY)


def _across(rows: pl.DataFrame) -> dict[str, Any]:
    """Return the figures of models of one source, that has all classes, on the rows of another."""
    sources = rows[SOURCE].unique().sort().to_list()
    found = {}
    for source in sources if len(sources) > 1 else []:
        own = rows.filter(rows[SOURCE] == source)
        if _rare(own):
            continue
        fitted = _fit(own, *_thresholds(_held_back(own)[0]))
        for other in sources:
            if other != source:
                name = f"trained on {source}, measured on {other}"
                said = said_by(fitted.classifier, rows.filter(rows[SOURCE] == other))
                found[name] = measured(said)
    return found


def _save(folder: Path, fitted: _Fitted) -> None:
    save_class_forest(folder / FOREST_FILE, fitted.forest)
    save_lightgbm(folder / TREES_FILE, fitted.boosted)
    ranges = fitted.classifier.ranges
    arrays = {field.name: getattr(ranges, field.name) for field in fields(ranges)}
    save_arrays(folder / RANGES_FILE, arrays)


def run(data: Path = DATA, models: Path = MODELS) -> Card:
    """Train on the table below ``data``; raises as ``train``."""
    return train(data / TABLE, models)


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module3.train",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="folder of the table (module3/data)"
    )
    parser.add_argument(
        "--models", type=Path, default=MODELS, metavar="DIR", help="where models go (models)"
    )
    arguments = parser.parse_args(argv)
    try:
        card = run(arguments.data, arguments.models)
    except (TableError, TrainingError) as error:
        print(error, file=sys.stderr)
        return 3
    for source, found in card.metrics["by_source"].items():
        tell(_line(card, source, found))
    return 0


def _line(card: Card, source: str, found: dict[str, Any]) -> str:
    shares = ", ".join(
        f"{model} {found[model]['macro avg']['f1-score']:.3f}"
        for model in ("random_forest", "gbdt")
    )
    return f"{card.module}: {source}, macro F1 over all classes on rows held back: {shares}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
