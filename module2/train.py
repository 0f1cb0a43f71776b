"""Trains the random forest and the gradient-boosted trees on the tables of the data set.

Reads data_model/servers.csv.gz and data_model/merged.csv, whichever are there, adds the rows of
data_model/ctu.csv.gz with less weight, and writes models/random_forest and models/gbdt. The same
tables give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from models.card import MODELS, TRAINING_ROWS, Card, write_card
from models.feature_ranges import MALICIOUS, NORMAL, fit_ranges, save_ranges
from models.replacement import replacing_model
from models.storage import load_json, save_json
from models.usual import SERVERS, fit_usual, write_usual
from module2.algorithms import ALGORITHMS, Algorithm
from module2.columns import EVIDENCE_FEATURES, FEATURES, ORIGIN
from module2.compare import comparison_of
from module2.detect import ENCODERS_FILE, THRESHOLD
from module2.encoding import Matrix
from module2.fitting import chosen_setting, fit, fit_and_score
from module2.make_tables import make_from_manifest
from module2.table_names import CTU_TABLE, MERGED_TABLE, SHIPPED_TABLE, TABLES
from module2.training_rows import TrainingError, read_added_rows, read_training_rows
from training.dataset_folders import DATASET, command
from training.manifest import ManifestError
from training.metrics import summary, summary_line, threshold_at_false_positive_rate
from training.out_of_fold import FitAndScore, out_of_fold, possible_folds, recall_by_family
from training.progress import tell, warn
from training.tables import TableError, write_table

OUT_OF_FOLD: Final = "out_of_fold.csv.gz"
FALSE_POSITIVE_RATE: Final = 0.01
# Most families are a single server, so that figures of fewer foldings move by several points.
SEEDS: Final = (1, 2, 3, 4, 5, 6)
_EXAMPLE = """example:
  python -m module2.train --models /tmp/models"""


@dataclass(frozen=True)
class TrainingTables:
    """Tables with origins, which figures are measured on, and the CTU table, if there is one."""

    labelled: tuple[Path, ...]
    ctu: Path | None = None


def train(
    algorithm: Algorithm, tables: TrainingTables, models: Path, seeds: Sequence[int] = SEEDS
) -> Card:
    """Train on the tables and write the model's folder.

    The threshold is that of 1 % false positives on rows held out with their family and capture.
    With too few of these for folds, it is taken from the training rows, and the card says so.
    ``seeds`` are those of the foldings.
    """
    rows = read_training_rows(tables.labelled)
    added = read_added_rows(tables.ctu) if tables.ctu else None
    score = partial(fit_and_score, algorithm, added=added)
    measured_on, probabilities = _measured(rows, score, seeds)
    setting = chosen_setting(algorithm, rows, added)
    encoders, model = fit(algorithm, rows, added, setting=setting)
    threshold, metrics = _figures(rows, probabilities)
    comparison = _comparison(tables.labelled)
    with replacing_model(models / algorithm.name) as folder:
        algorithm.save(folder / algorithm.file, model)
        save_json(folder / ENCODERS_FILE, encoders.to_json())
        for file, label in ((NORMAL, 0), (MALICIOUS, 1)):
            save_ranges(folder / file, fit_ranges(rows.filter(label=label), FEATURES))
        write_table(folder / OUT_OF_FOLD, _out_of_fold_table(rows, probabilities))
        return write_card(
            folder,
            description=algorithm.description,
            features=algorithm.features,
            thresholds={THRESHOLD: threshold},
            metrics={
                "measured_on": measured_on,
                **({"setting": dict(setting)} if setting else {}),
                **metrics,
                **_compared(comparison, algorithm),
            },
            libraries=algorithm.libraries,
            training_data=[path for path in (*tables.labelled, tables.ctu, comparison) if path],
        )


def _measured(rows: pl.DataFrame, score: FitAndScore, seeds: Sequence[int]) -> tuple[str, Matrix]:
    """Return on what the rows were measured, and their probabilities."""
    if possible_folds(rows) < 2:
        warn("too few families or captures to hold any out: threshold and figures are optimistic")
        return TRAINING_ROWS, np.round(score(rows, rows), 9)
    probabilities = out_of_fold(rows, score, seeds=seeds)
    return "families and captures held out", np.round(probabilities, 9)


def _figures(rows: pl.DataFrame, probabilities: Matrix) -> tuple[float, dict[str, Any]]:
    labels = rows["label"].to_numpy()
    threshold = threshold_at_false_positive_rate(probabilities, labels, FALSE_POSITIVE_RATE)
    by_family = recall_by_family(rows, probabilities, FALSE_POSITIVE_RATE)
    families = rows.filter(pl.col("label") == 1)["family"].n_unique()
    metrics = summary(probabilities, labels, threshold, rows["capture"].to_numpy())
    metrics["families"] = families
    metrics["mean_recall_by_family_at_fpr_0.01"] = round(by_family, 4)
    return threshold, metrics


def _comparison(tables: Sequence[Path]) -> Path | None:
    """Return the file with the figures of other choices, if they are of exactly this table."""
    return comparison_of(tables[0]) if len(tables) == 1 else None


def _compared(comparison: Path | None, algorithm: Algorithm) -> dict[str, Any]:
    return {"compared": load_json(comparison)["figures"][algorithm.name]} if comparison else {}


def _out_of_fold_table(rows: pl.DataFrame, probabilities: Matrix) -> pl.DataFrame:
    return rows.select(
        "label", *ORIGIN, *EVIDENCE_FEATURES, pl.Series("probability", probabilities)
    )


def run(
    data: Path = DATASET,
    models: Path = MODELS,
    manifest: Path | None = None,
    servers: Path | None = None,
) -> list[Card]:
    """Train both models on the tables below ``data``, made from a manifest first if one is given.

    Raises as ``read_training_rows`` and ``make_from_manifest``.
    """
    if manifest is not None:
        make_from_manifest(data, manifest, servers)
    known = (SHIPPED_TABLE, MERGED_TABLE)
    labelled = tuple(path for name in known if (path := data / TABLES / name).is_file())
    if not labelled:
        raise TrainingError(
            f"{data / TABLES}: neither {' nor '.join(known)}; first run "
            f"{command('features module2', data)}"
        )
    ctu = data / TABLES / CTU_TABLE
    tables = TrainingTables(labelled, ctu if ctu.is_file() else None)
    write_normal_servers(tables.labelled, models)
    return [train(algorithm, tables, models) for algorithm in ALGORITHMS]


def write_normal_servers(labelled: Sequence[Path], models: Path) -> Card:
    """Write how many normal servers have which values, for reasons in words."""
    normal = read_training_rows(labelled).filter(label=0)
    return write_usual(models / SERVERS, fit_usual(normal, FEATURES), labelled)


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module2.train",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATASET, metavar="DIR", help="data set (module2/dataset)"
    )
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE", help="make the table from a manifest first"
    )
    parser.add_argument(
        "--servers", type=Path, metavar="FILE", help="labels (servers.csv beside the manifest)"
    )
    parser.add_argument(
        "--models", type=Path, default=MODELS, metavar="DIR", help="where models go (models)"
    )
    arguments = parser.parse_args(argv)
    try:
        cards = run(arguments.data, arguments.models, arguments.manifest, arguments.servers)
    except (TrainingError, TableError, ManifestError) as error:
        print(error, file=sys.stderr)
        return 3
    for card in cards:
        tell(_line(card))
    return 0


def _line(card: Card) -> str:
    figures = card.metrics
    counts = f"{figures['positives']} malicious, {figures['negatives']} normal servers"
    return f"{card.module}: {counts}, {summary_line(figures)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
