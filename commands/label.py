"""label: labelled logs from a dataset folder or a manifest."""

from __future__ import annotations

import argparse
from typing import Final

from commands import module_step
from commands.options.command_line import add

HELP: Final = "label the flows of a dataset folder, or of the captures in a manifest"
EXAMPLE: Final = "python project.py label module2 --data module2/dataset"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("module", nargs="?", choices=module_step.MODULES, help="all unless given")
    add(parser, "data", "manifest", "servers")


def run(arguments: argparse.Namespace) -> int:
    """Label and return the exit status."""
    return module_step.run("label", arguments)
