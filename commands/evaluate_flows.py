"""evaluate --flows: how good the models of attack classes are."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from commands.exit_status import NOTHING_MALICIOUS
from commands.options.declared import SHIPPED_FLOWS
from commands.output import complaint, write, write_to
from commands.results import is_shown


def run_flows(arguments: argparse.Namespace) -> int:
    """Print the figures and return the exit status."""
    from evaluation.errors import EvaluationError
    from module3.evaluate import evaluate, text
    from training.tables import TableError

    try:
        file = Path(arguments.flows) if arguments.flows != SHIPPED_FLOWS else None
        found = evaluate(arguments.models, file, complaint)
    except TableError as error:
        raise EvaluationError(str(error)) from None
    if arguments.json is not None:
        write_to(arguments.json, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if is_shown(arguments):
        write(text(found))
    return NOTHING_MALICIOUS
