"""detect: verdicts on addresses in captures, all captures taken together."""

from __future__ import annotations

import argparse
from typing import Final

from commands.analysis import Analysis, add_arguments, add_detector_arguments
from commands.colours import show
from commands.options.command_line import add
from commands.output import notice
from commands.results import (
    add_result_arguments,
    addresses_of,
    asked_for,
    check_destinations,
    in_full,
    is_shown,
    language_of,
    status_of,
    view_of,
    write_results,
)

HELP: Final = "verdicts on addresses in captures, taken together as one picture"
EXAMPLE: Final = "python project.py detect pcaps/beacon.pcap --ip 192.168.1.66 --json verdict.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_arguments(parser)
    add(parser.add_mutually_exclusive_group(), "ip", "all")
    add_result_arguments(parser)
    add_detector_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdicts and return the exit status."""
    from report.ranking import ranking
    from report.selection import select

    check_destinations(arguments)
    addresses = None if arguments.all or not arguments.ip else addresses_of(arguments.ip)
    view = view_of(arguments) if addresses is None else asked_for(view_of(arguments))
    language = language_of(arguments)
    analysis = Analysis(
        arguments.paths,
        arguments.engine,
        arguments.certificates,
        arguments.models,
        arguments.jobs,
        decompressed_limit=arguments.decompression_limit,
    )
    selection = select(analysis.assess(addresses, view.allowlist), view)
    for address in addresses or ():
        _notice_unknown(analysis, address)
    write_results(arguments, selection, language)
    if is_shown(arguments):
        if addresses is None:
            show(ranking(selection.overview, language, verbose=arguments.verbose), language)
        else:
            show(in_full(selection, language), language)
    return status_of(selection.overview)


def _notice_unknown(analysis: Analysis, address: str) -> None:
    from verdict.targets import is_known

    if not is_known(analysis.logs, address):
        notice(f"{address} is in no capture")
