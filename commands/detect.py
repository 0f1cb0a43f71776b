"""detect: verdicts on addresses in captures, all captures taken together."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

from commands.analysis import Analysis, add_arguments, add_detector_arguments
from commands.errors import WrongUseError
from commands.exit_status import MALICIOUS, NOTHING_MALICIOUS
from commands.options.command_line import add
from commands.options.option import STANDARD_OUTPUT
from commands.output import notice, write, write_to
from verdict.addresses import normal_form

HELP: Final = "verdicts on addresses in captures, taken together as one picture"
EXAMPLE: Final = "python project.py detect pcaps/beacon.pcap --ip 192.168.1.66 --json verdict.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_arguments(parser)
    add(parser.add_mutually_exclusive_group(), "ip", "all")
    add(parser, "json", "csv")
    add_detector_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdicts and return the exit status."""
    addresses = None if arguments.all or not arguments.ip else _addresses(arguments.ip)
    if arguments.json == arguments.csv == STANDARD_OUTPUT:
        raise WrongUseError("--json and --csv cannot both go to standard output; name a file")
    analysis = Analysis(
        arguments.paths,
        arguments.engine,
        arguments.certificates,
        arguments.models,
        arguments.jobs,
        decompressed_limit=arguments.decompression_limit,
    )
    document = analysis.assess(addresses)
    for address in addresses or ():
        _notice_unknown(analysis, address)
    from report.console import console
    from report.csv_report import csv_report
    from report.ranking import ranking
    from verdict.document_json import to_json

    for destination, text in ((arguments.json, to_json), (arguments.csv, csv_report)):
        if destination is not None:
            write_to(destination, text(document))
    if STANDARD_OUTPUT not in (arguments.json, arguments.csv):
        write(ranking(document) if addresses is None else console(document))
    malicious = any(target.final.verdict == "MALICIOUS" for target in document.targets)
    return MALICIOUS if malicious else NOTHING_MALICIOUS


def _addresses(texts: Sequence[str]) -> list[str]:
    addresses = []
    for text in texts:
        address = normal_form(text)
        if address is None:
            raise WrongUseError(f"{text!r} is no IP address")
        addresses.append(address)
    return addresses


def _notice_unknown(analysis: Analysis, address: str) -> None:
    from verdict.targets import is_known

    if not is_known(analysis.logs, address):
        notice(f"{address} is in no capture")
