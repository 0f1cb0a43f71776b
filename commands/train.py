"""train: the models of each module, then FINAL from what they say of unseen servers."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from commands import module_step
from commands.errors import WrongUseError
from commands.options.command_line import add
from commands.output import make_folder
from models.card import MODELS

HELP: Final = "train the models of each module, then FINAL"
EXAMPLE: Final = "python project.py train --models /tmp/models"
_FINAL: Final = "final"
# Models by the names of their folders: what a message about a broken one tells to train.
_TRAINED_BY: Final = {"random_forest": "module2", "gbdt": "module2"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "module",
        nargs="?",
        choices=(*module_step.MODULES, *_TRAINED_BY, _FINAL),
        help="all unless given",
    )
    add(parser, "data", "manifest", "servers", "models-out")


def run(arguments: argparse.Namespace) -> int:
    """Train and return the exit status."""
    arguments.module = _TRAINED_BY.get(arguments.module, arguments.module)
    _check_place(arguments.models or MODELS)
    if arguments.module == _FINAL:
        return _train_final(arguments)
    status = module_step.run("train", arguments)
    return status if status or arguments.module else _train_final(arguments)


def _check_place(models: Path) -> None:
    """Refuse, before the long work, a folder that cannot hold its result."""
    make_folder(models)
    if not os.access(models, os.W_OK):
        raise WrongUseError(f"{models}: cannot be written (permission denied)")


def _train_final(arguments: argparse.Namespace) -> int:
    from verdict.train import main

    with module_step.files_usable():
        return main([] if arguments.models is None else ["--models", str(arguments.models)])
