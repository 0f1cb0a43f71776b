"""evaluate: how many servers each detector calls malicious, by models that never saw them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from commands.exit_status import NOTHING_MALICIOUS
from commands.output import STANDARD_OUTPUT, write, write_to
from models.card import MODELS

HELP: Final = "how good the trained models are, family by family"
EXAMPLE: Final = "python project.py evaluate --json figures.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--models", type=Path, default=MODELS, metavar="DIR", help="folder of the trained models"
    )
    parser.add_argument(
        "--json",
        nargs="?",
        const=STANDARD_OUTPUT,
        metavar="FILE",
        help="write the figures as JSON to FILE, or to standard output",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the figures and return the exit status."""
    from verdict.evaluate import as_json, evaluate, table

    figures = evaluate(arguments.models)
    if arguments.json is not None:
        write_to(arguments.json, as_json(figures))
    if arguments.json != STANDARD_OUTPUT:
        write(table(figures))
    return NOTHING_MALICIOUS
