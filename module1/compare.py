"""Measures the choices behind the shipped model on rows held out with their family and capture.

The figures go to comparison.json beside the training data, from where training copies them into
the model's card.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.card import digest
from models.storage import load_json, save_json
from module1.figures import brief_figures
from module1.fitting import Settings, fit_and_score
from module1.tables import CONNECTIONS, DATA, connection_tables, read_connections, read_contest_copy
from module1.training_rows import thinned
from training.out_of_fold import out_of_fold
from training.progress import tracked
from training.tables import TableError

COMPARISON: Final = "comparison.json"
FOLDS: Final = 5
SEEDS: Final = (1, 2)
CHOICES: Final[Mapping[str, Settings]] = {
    "as shipped": Settings(),
    "without the contest's names": Settings(contest_names=False),
    "with the contest's normal records": Settings(contest_labels=frozenset({0})),
    "with all of the contest's labelled records": Settings(contest_labels=frozenset({0, 1})),
    "with addresses": Settings(addresses=True),
    "without the port": Settings(ignored=frozenset({"port_frequency"})),
}
_EXAMPLE = """example:
  python -m module1.compare"""


def compare(
    rows: pl.DataFrame,
    contest: pl.DataFrame,
    choices: Mapping[str, Settings] = CHOICES,
    seeds: Sequence[int] = SEEDS,
) -> dict[str, dict[str, float]]:
    """Return the figures of each choice by its name; ``seeds`` are those of the foldings."""
    found = {}
    for name, settings in tracked(list(choices.items()), "compare"):
        score = partial(fit_and_score, contest=contest, settings=settings)
        found[name] = brief_figures(rows, out_of_fold(rows, score, FOLDS, seeds))
    return found


def stored_figures(data: Path) -> dict[str, Any]:
    """Return the figures stored beside the connections, none when they are of other ones."""
    path = data / COMPARISON
    if not path.is_file() or connection_tables(data) != [data / CONNECTIONS]:
        return {}
    content = load_json(path)
    if content.get("connections") != digest(data / CONNECTIONS):
        return {}
    figures: dict[str, Any] = content["figures"]
    return figures


def run(data: Path) -> None:
    """Measure the choices on a folder of training data and store the figures there."""
    rows = thinned(read_connections(data))
    figures = compare(rows, read_contest_copy(data))
    connections = digest(data / CONNECTIONS)
    save_json(data / COMPARISON, {"connections": connections, "figures": figures})


def main(argv: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m module1.compare",
        description=__doc__,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="training data (module1/data)"
    )
    arguments = parser.parse_args(argv)
    try:
        run(arguments.data)
    except TableError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
