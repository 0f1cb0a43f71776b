"""Many targets in one table of 80 columns, worst first."""

from __future__ import annotations

import re
from typing import Final

from report.attack_class import attack_summary
from report.console import skipped_lines, wrapped
from report.text import counted, printable, shortened
from verdict.document import Document, Target

WIDTH: Final = 80
_FEWEST_FOR_NAME: Final = 8
_SHA256: Final = re.compile(r"\b[0-9a-f]{64}\b")
_DIGITS: Final = 12
_NOTHING: Final = "no TLS server was seen, so there is nothing to assess"


def ranking(document: Document) -> str:
    """Return a line for each target: verdict, probabilities, address, connections and name.

    Below a malicious one stands its first reason. Probabilities are those of FINAL, module 1,
    random forest and gbdt.
    """
    targets = document.targets
    if not targets:
        return "\n".join([_NOTHING, *_attacks(document), *skipped_lines(document.captures)]) + "\n"
    width = max([len("address"), *(len(target.ip) for target in targets)])
    heading = _row("verdict", ("FINAL", "m1", "rf", "gbdt"), "conns", "address", "name", width)
    lines = [heading, *(line for target in targets for line in _lines(target, width))]
    below = [_total(document), *_attacks(document), *skipped_lines(document.captures)]
    return "\n".join([*lines, "", *below]) + "\n"


def _lines(target: Target, width: int) -> list[str]:
    detectors = target.detectors
    results = (target.final, detectors.module1, detectors.random_forest, detectors.gbdt)
    probabilities = tuple(_short(result.probability) for result in results)
    connections = detectors.module1.connections
    name = printable(first_name(target) or "-")
    line = _row(target.final.verdict, probabilities, str(len(connections)), target.ip, name, width)
    if target.final.verdict != "MALICIOUS" or not target.reasons:
        return [line]
    reason = _SHA256.sub(_first_digits, printable(target.reasons[0].text))
    return [line, shortened(f"  {reason}", WIDTH)]


def _attacks(document: Document) -> list[str]:
    """Return the pairs whose flows are called an attack, whether TLS was seen or not."""
    lines = attack_summary(document.attack_classes)
    return [part for line in lines for part in wrapped(printable(line))]


def _first_digits(fingerprint: re.Match[str]) -> str:
    """Leave room for the rest of the line; the first digits are enough for ``certs confirm``."""
    return f"{fingerprint[0][:_DIGITS]}…"


def first_name(target: Target) -> str | None:
    """Return the server name (SNI) that most connections of the target asked for."""
    names = [connection.sni for connection in target.detectors.module1.connections]
    known = [name for name in names if name]
    return min(set(known), key=lambda name: (-known.count(name), name), default=None)


def _row(
    verdict: str, probabilities: tuple[str, ...], count: str, address: str, name: str, width: int
) -> str:
    final, *others = probabilities
    figures = " ".join(f"{text:>4}" for text in others)
    line = f"{verdict:<12} {final:>5} {figures} {count:>5} {address:<{width}}"
    room = WIDTH - len(line) - 1
    return f"{line} {shortened(name, room)}" if room >= _FEWEST_FOR_NAME else line.rstrip()


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _total(document: Document) -> str:
    malicious = sum(target.final.verdict == "MALICIOUS" for target in document.targets)
    return f"{counted(len(document.targets), 'server')}, {malicious} malicious"
