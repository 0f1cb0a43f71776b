"""Measures the choices behind the shipped models: which features, and which training tables.

Each choice is measured on the same rows, held out with their family and capture, with the same
setting of a model, which training chooses apart (``module2.fitting``). The figures go to
data_model/comparison.json, from where training copies them into the cards.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.card import digest
from models.storage import load_json, save_json
from module2.algorithms import ALGORITHMS, Algorithm
from module2.columns import CLASSIC_FEATURES, LEARNED_FEATURES, ORIGINAL_FEATURES
from module2.encoding import Matrix
from module2.fitting import fit_and_score
from module2.table_names import COMPARISON, CTU_TABLE, SHIPPED_TABLE, TABLES
from module2.training_rows import TrainingError, read_added_rows, read_training_rows
from training.dataset_folders import DATASET
from training.metrics import recall_at_false_positive_rate
from training.out_of_fold import out_of_fold, recall_by_family
from training.progress import tracked
from training.tables import TableError

# One folding tells the choices apart well enough; the shipped figures average over several.
FOLDINGS: Final = (1,)
_EXAMPLE = """example:
  python -m module2.compare"""


def compare(
    rows: pl.DataFrame,
    ctu: pl.DataFrame,
    seeds: Sequence[int] = FOLDINGS,
    algorithms: Sequence[Algorithm] = ALGORITHMS,
) -> dict[str, dict[str, Any]]:
    """Return the figures of each choice by model and by name of the choice.

    ``rows`` are measured, ``ctu`` at most trained on; ``seeds`` are those of the foldings.
    """
    choices: dict[str, dict[str, Any]] = {
        "all features": {"features": LEARNED_FEATURES},
        "all features, CTU table added": {"features": LEARNED_FEATURES, "added": ctu},
        "all features but the list of domains, CTU table added": {
            "features": _without_listed_domains(),
            "added": ctu,
        },
        "51 classic features": {"features": CLASSIC_FEATURES},
        "51 classic features, CTU table added": {"features": CLASSIC_FEATURES, "added": ctu},
        "30 features of the original": {"features": ORIGINAL_FEATURES},
        "30 features of the original, CTU table added": {
            "features": ORIGINAL_FEATURES,
            "added": ctu,
        },
    }
    pairs = [(algorithm, name) for algorithm in algorithms for name in choices]
    figures: dict[str, dict[str, Any]] = {algorithm.name: {} for algorithm in algorithms}
    for algorithm, name in tracked(pairs, "compare"):
        setting = algorithm.settings[0]
        score = partial(fit_and_score, algorithm, **choices[name], setting=setting)
        probabilities = out_of_fold(rows, score, seeds=seeds)
        figures[algorithm.name][name] = _figures(rows, probabilities)
    return figures


def _without_listed_domains() -> tuple[str, ...]:
    return tuple(name for name in LEARNED_FEATURES if name != "SNI_domain_is_listed")


def comparison_of(table: Path) -> Path | None:
    """Return the file of figures beside a table, None when they are of another table or absent."""
    path = table.parent / COMPARISON
    known = path.is_file() and load_json(path)["table"] == digest(table)
    return path if known else None


def _figures(rows: pl.DataFrame, probabilities: Matrix) -> dict[str, float]:
    from sklearn.metrics import average_precision_score

    labels = rows["label"].to_numpy()
    figures = {
        "average_precision": average_precision_score(labels, probabilities),
        "recall_at_fpr_0.01": recall_at_false_positive_rate(probabilities, labels, 0.01),
        "mean_recall_by_family_at_fpr_0.01": recall_by_family(rows, probabilities, 0.01),
    }
    return {name: round(float(figure), 4) for name, figure in figures.items()}


def run(data: Path = DATASET) -> dict[str, dict[str, Any]]:
    """Compare on the shipped tables and store the figures beside them."""
    tables = data / TABLES
    rows = read_training_rows([tables / SHIPPED_TABLE])
    ctu = read_added_rows(tables / CTU_TABLE)
    figures = compare(rows, ctu)
    save_json(tables / COMPARISON, {"table": digest(tables / SHIPPED_TABLE), "figures": figures})
    return figures


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module2.compare",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATASET, metavar="DIR", help="data set (module2/dataset)"
    )
    arguments = parser.parse_args(argv)
    try:
        figures = run(arguments.data)
    except (TrainingError, TableError) as error:
        print(error, file=sys.stderr)
        return 3
    for model, choices in figures.items():
        for choice, measured in choices.items():
            print(f"{model}, {choice}: {', '.join(f'{k} {v:.3f}' for k, v in measured.items())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
