"""The result document in the classic form, then probabilities, thresholds and reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from module2.columns import FURTHER_FEATURES
from report.attack_class import attack_class_lines
from report.conversation import capture_lines, conversation_lines
from report.text import counted, printable, probability
from verdict.document import (
    Capture,
    ConnectionDetector,
    Document,
    FinalVerdict,
    ServerDetector,
    Target,
    Verdict,
)
from verdict.wording import DETECTORS, classic_text

_WIDTH: Final = 80
_RULE: Final = f"<{'-' * (_WIDTH - 2)}>"
_RESULT: Final = "<------------------------------predict result---------------------------------->"
_FEATURES: Final = (
    "<----------------------------relevant features--------------------------------->"
)
_SPEAKERS: Final = {
    "certificate_database": "certificate database",
    "evidence": "evidence",
    "module1": "module1",
    "random_forest": "random-forest",
    "gbdt": "gbdt",
}
_HARMLESS: Final = "not IP"
_PROBABILITIES: Final = f"<{'probabilities':-^78}>"
_CONVERSATIONS: Final = f"<{'conversations':-^78}>"
_REASONS: Final = f"<{'reasons':-^78}>"


def console(document: Document) -> str:
    """Return every target in full, then what could not be read."""
    parts = [_target(target) for target in document.targets]
    notes = [*capture_lines(document.captures), *skipped_lines(document.captures)]
    return "\n".join([*parts, *notes]) + "\n"


def _target(target: Target) -> str:
    lines = [*_heading(_RESULT), *_results(target), *_heading(_FEATURES), *_features(target)]
    lines += [*_heading(_CONVERSATIONS), *conversation_lines(target)]
    lines += [*_heading(_PROBABILITIES), *_probabilities(target)]
    lines += [
        part
        for line in attack_class_lines(target.detectors.attack_class)
        for part in wrapped(printable(line))
    ]
    lines += [*_heading(_REASONS), *_reasons(target)]
    return "\n".join(printable(line) for line in lines) + "\n"


def _heading(title: str) -> list[str]:
    return [_RULE, title, _RULE]


def _results(target: Target) -> list[str]:
    """Return the five lines of the classic form; NOT ASSESSED certificates were not found."""
    detectors = target.detectors
    found = "FOUND" if detectors.certificate_database.verdict == "FOUND" else "NOT FOUND"
    verdicts: dict[str, Verdict] = {
        "the gbdt module's": detectors.gbdt.verdict,
        "the random-forest module's": detectors.random_forest.verdict,
        "the malicious certificate identification module's": detectors.module1.verdict,
        "the FINAL": target.final.verdict,
    }
    return [
        f"the 1st module's predict result is malicious certificate {found}!",
        *(f"{module} predict result is {verdict}!" for module, verdict in verdicts.items()),
    ]


def _features(target: Target) -> list[str]:
    return [
        f"{name}: {classic_text(name, value)}"
        for name, value in target.features.items()
        if name not in FURTHER_FEATURES
    ]


def _probabilities(target: Target) -> list[str]:
    detectors = target.detectors
    results: dict[str, ServerDetector | ConnectionDetector | FinalVerdict] = {
        "gbdt": detectors.gbdt,
        "random_forest": detectors.random_forest,
        "module1": detectors.module1,
        "final": target.final,
    }
    lines = [f"address {target.ip} as {target.role}"]
    if server := target.final.server:
        lines.append(
            f"strongest row: {server.client} -> {server.server} port {server.port}/{server.proto}"
        )
    lines += [
        f"{DETECTORS[name]}: probability {probability(result.probability)}, "
        f"threshold {probability(result.threshold)}"
        for name, result in results.items()
    ]
    return lines


def _reasons(target: Target) -> list[str]:
    lines = [f"{_SPEAKERS[reason.detector]}: {reason.text}" for reason in target.reasons]
    lines += [f"to be read with care: {limit.text}" for limit in target.limits]
    return [part for line in lines for part in wrapped(printable(line))]


def wrapped(line: str) -> list[str]:
    """Return a line in parts that fit the width of the classic form, later ones indented."""
    return textwrap.wrap(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def skipped_lines(captures: Sequence[Capture]) -> list[str]:
    """Return text, wrapped, on each capture of which something was skipped."""
    lines = [f"{capture.path}: {_skipped(capture)}" for capture in captures if capture.skipped]
    return [part for line in lines for part in wrapped(printable(line))]


def _skipped(capture: Capture) -> str:
    """Return what was skipped, and a warning unless it is only what carries no IP."""
    if capture.sha256 is None:
        return f"not read ({', '.join(capture.skipped)})"
    noun = "record" if capture.packets is None else "packet"
    parts = [f"{counted(count, noun)} ({reason})" for reason, count in capture.skipped.items()]
    harmless = all(reason.startswith(_HARMLESS) for reason in capture.skipped)
    return f"skipped {', '.join(parts)}{'' if harmless else '; the verdicts may miss something'}"
