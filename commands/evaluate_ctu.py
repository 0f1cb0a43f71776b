"""evaluate --ctu: how good module 2's models are on the CTU table alone."""

from __future__ import annotations

import argparse

from commands.exit_status import NOTHING_MALICIOUS
from commands.output import write, write_to
from commands.results import is_shown


def run_ctu(arguments: argparse.Namespace) -> int:
    """Print the figures and return the exit status; raises ``EvaluationError``."""
    from evaluation.ctu_folds import as_json, measured, read_ctu_rows, text

    found = measured(read_ctu_rows())
    if arguments.json is not None:
        write_to(arguments.json, as_json(found))
    if is_shown(arguments):
        write(text(found))
    return NOTHING_MALICIOUS
