"""features: the tables that models are trained on, from labelled logs."""

from __future__ import annotations

import argparse
from typing import Final

from commands import module_step
from commands.options.command_line import add

HELP: Final = "make the tables that models are trained on, from labelled logs or a manifest"
EXAMPLE: Final = "python project.py features module2 --data module2/dataset"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("module", nargs="?", choices=module_step.MODULES, help="all unless given")
    add(parser, "data", "manifest", "servers")


def run(arguments: argparse.Namespace) -> int:
    """Make the tables and return the exit status."""
    return module_step.run("features", arguments)
