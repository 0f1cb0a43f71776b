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
from module4.sources import Sources

HELP: Final = "train the models of each module, then FINAL"
EXAMPLE: Final = "python project.py train --models /tmp/models"
_FINAL: Final = "final"
# Models by the names of their folders: what a message about a broken one tells to train.
_TRAINED_BY: Final = {
    "random_forest": "module2",
    "gbdt": "module2",
    "normal_servers": "module2",
    "normal_connections": "module1",
    "conversation": "module4",
}
_FLOWS: Final = "module3"
_CONVERSATIONS: Final = "module4"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "module",
        nargs="?",
        choices=(*module_step.MODULES, _FLOWS, _CONVERSATIONS, *_TRAINED_BY, _FINAL),
        help="all unless given",
    )
    add(parser, "data", "manifest", "servers", "models-out")
    add(parser, "update-goodset", "good", "update-badset", "bad", "interface", "packets")


def run(arguments: argparse.Namespace) -> int:
    """Train and return the exit status."""
    arguments.module = _TRAINED_BY.get(arguments.module, arguments.module)
    _check_place(arguments.models or MODELS)
    _check_sources(arguments)
    if arguments.module == _FINAL:
        return _train_final(arguments)
    if arguments.module == _FLOWS:
        return _train_flows(arguments)
    if arguments.module == _CONVERSATIONS:
        return _train_conversations(arguments)
    status = module_step.run("train", arguments)
    if status or arguments.module:
        return status
    return (
        _train_flows(_with_shipped_flows(arguments))
        or _train_conversations(_with_shipped_data(arguments))
        or _train_final(arguments)
    )


def _check_place(models: Path) -> None:
    """Refuse, before the long work, a folder that cannot hold its result."""
    make_folder(models)
    if not os.access(models, os.W_OK):
        raise WrongUseError(f"{models}: cannot be written (permission denied)")


def _check_sources(arguments: argparse.Namespace) -> None:
    """Refuse captures for a set that is not to be made again, and nothing to make one of."""
    for name in ("good", "bad"):
        update = getattr(arguments, f"update_{name}set")
        captures = getattr(arguments, name)
        if captures and not update:
            raise WrongUseError(f"--{name} is for --update-{name}set, which is missing")
        if update and not (captures or arguments.manifest or arguments.interface):
            raise WrongUseError(f"--update-{name}set needs --{name}, --manifest or --interface")


def _with_shipped_data(arguments: argparse.Namespace) -> argparse.Namespace:
    """Return the arguments without a data set, which is that of other modules."""
    return argparse.Namespace(**{**vars(arguments), "data": None, "manifest": None})


def _with_shipped_flows(arguments: argparse.Namespace) -> argparse.Namespace:
    """Return the arguments with the data set only if that has a table of flows."""
    from module3.training_rows import TABLE

    others = _with_shipped_data(arguments)
    others.servers = None
    if arguments.data and (arguments.data / TABLE).is_file():
        others.data = arguments.data
    return others


def _train_flows(arguments: argparse.Namespace) -> int:
    for option in ("manifest", "servers"):
        if getattr(arguments, option):
            raise WrongUseError(
                f"--{option} says nothing of flows, from which {_FLOWS} learns; "
                "python -m module3.make_table --help tells how to label those"
            )
    return module_step.run_in(_FLOWS, "train", arguments, ("data", "models"))


def _train_conversations(arguments: argparse.Namespace) -> int:
    from module4.examples import DATASET
    from module4.train import run

    with module_step.files_usable():
        return run(Sources.of(arguments), arguments.data or DATASET, arguments.models or MODELS)


def _train_final(arguments: argparse.Namespace) -> int:
    from verdict.train import main

    with module_step.files_usable():
        return main([] if arguments.models is None else ["--models", str(arguments.models)])
