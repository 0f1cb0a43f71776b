"""Trains the boosted trees, their encoders and their threshold on a folder of training data.

Reads connections.csv.gz, added.csv.gz and contest.csv.gz, whichever are there, and writes the
folder module1 of the models. The same tables give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from models.card import MODELS, TRAINING_ROWS, Card, write_card
from models.feature_ranges import NORMAL, fit_ranges, save_ranges
from models.replacement import replacing_model
from models.usual import CONNECTIONS as NORMAL_CONNECTIONS
from models.usual import fit_names, fit_usual, write_usual
from module1.compare import COMPARISON, stored_figures
from module1.derived import NUMBERS
from module1.detect import MODULE, words_of
from module1.encoders import Encoders
from module1.figures import figures
from module1.fitting import SHIPPED, Settings, encoded, fit, fit_and_score
from module1.label import run as label
from module1.tables import (
    CONNECTIONS,
    CONTEST,
    DATA,
    ORIGIN,
    connection_tables,
    read_connections,
    read_contest_copy,
)
from module1.threshold import best_threshold
from module1.training_rows import connection_weights, thinned
from module1.trees import Matrix
from training.manifest import ManifestError
from training.out_of_fold import FOLDS, out_of_fold, possible_folds
from training.progress import warn
from training.tables import TableError, write_table

OUT_OF_FOLD: Final = "out_of_fold.csv.gz"
SEEDS: Final = (1, 2)
_DECIMALS: Final = 9
_LIBRARIES: Final = ("gensim", "lightgbm", "numpy", "polars", "scikit-learn", "xgboost-cpu")
_EXAMPLE = """example:
  python -m module1.label --manifest captures/manifest.csv --servers captures/servers.csv
  python -m module1.train --models /tmp/models"""


class TrainingError(ValueError):
    """Training data that no model can be trained on; the message says what is missing."""


def train(
    data: Path, models: Path, settings: Settings = SHIPPED, seeds: Sequence[int] = SEEDS
) -> Card:
    """Train on a folder of training data and write ``models/module1``; ``seeds`` fold the rows.

    The threshold, and the figures of the card, are of connections held out with their family and
    capture. With too few of these they are of the training rows, and the card says so. Raises
    ``TableError`` or ``TrainingError``.
    """
    rows, contest = thinned(_connections(data)), read_contest_copy(data)
    score = partial(fit_and_score, contest=contest, settings=settings)
    held_out = possible_folds(rows) >= 2
    encoders, boosters = fit(rows, contest, settings)
    if held_out:
        probabilities = out_of_fold(rows, score, FOLDS, seeds)
    else:
        warn("too few families or captures to hold any out: threshold and figures are optimistic")
        probabilities = boosters.predict(encoded(encoders, rows, settings))
    probabilities = np.round(probabilities, _DECIMALS)
    threshold = best_threshold(probabilities, rows["label"].to_numpy(), connection_weights(rows))
    compared = stored_figures(data)
    write_normal_connections(data, models, encoders)
    with replacing_model(models / MODULE) as folder:
        encoders.save(folder)
        save_ranges(folder / NORMAL, fit_ranges(encoders.transform(rows.filter(label=0)), NUMBERS))
        boosters.save(folder)
        write_table(folder / OUT_OF_FOLD, _out_of_fold_table(rows, probabilities))
        return write_card(
            folder,
            description=_description(settings),
            features=encoders.features,
            thresholds={MODULE: threshold},
            metrics={
                "measured_on": "families and captures held out" if held_out else TRAINING_ROWS,
                **figures(rows, probabilities, threshold),
                **({"compared": compared} if compared else {}),
            },
            libraries=_LIBRARIES,
            training_data=_sources(data, bool(compared)),
        )


def write_normal_connections(data: Path, models: Path, encoders: Encoders) -> Card:
    """Write how many normal connections have which values, for reasons in words."""
    rows = thinned(_connections(data)).filter(label=0)
    normal = encoders.transform(rows)
    codes = [name for name in encoders.features if name.endswith("_frequency")]
    usual = fit_usual(normal, NUMBERS, codes)
    names = fit_names(
        rows.select(**{words_of(name): each for name, each in encoders.texts.items()})
    )
    usual = replace(usual, shares={**usual.shares, **names.shares})
    return write_usual(models / NORMAL_CONNECTIONS, usual, connection_tables(data))


def _connections(data: Path) -> pl.DataFrame:
    rows = read_connections(data)
    if rows["label"].n_unique() < 2:
        raise TrainingError(
            f"{data / CONNECTIONS}: needs malicious and normal connections; label more captures"
        )
    return rows


def _out_of_fold_table(rows: pl.DataFrame, probabilities: Matrix) -> pl.DataFrame:
    uid = pl.col("eventId").alias("uid")
    return rows.select("label", *ORIGIN, uid, pl.Series("probability", probabilities))


def _sources(data: Path, compared: bool) -> list[Path]:
    others = [data / CONTEST, *([data / COMPARISON] if compared else [])]
    return [*connection_tables(data), *(path for path in others if path.is_file())]


def _description(settings: Settings) -> str:
    return (
        "LightGBM and XGBoost, each on five folds of the TLS connections, averaged; frequency codes"
        f" and word vectors of names; columns of addresses: {'on' if settings.addresses else 'off'}"
    )


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module1.train",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="training data (module1/data)"
    )
    parser.add_argument(
        "--models", type=Path, default=MODELS, metavar="DIR", help="where models go (models)"
    )
    parser.add_argument(
        "--addresses", action="store_true", help="learn from addresses too: fits one network only"
    )
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE", help="label the captures of a manifest first"
    )
    parser.add_argument(
        "--servers", type=Path, metavar="FILE", help="labels (servers.csv beside the manifest)"
    )
    arguments = parser.parse_args(argv)
    try:
        if arguments.manifest is not None:
            label(arguments.data, arguments.manifest, arguments.servers)
        train(arguments.data, arguments.models, Settings(addresses=arguments.addresses))
    except (TableError, TrainingError, ManifestError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
