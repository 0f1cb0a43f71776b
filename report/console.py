"""The result document in the classic form, then probabilities, thresholds and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

from module2.columns import FURTHER_FEATURES
from report.attack_class import NOT_ATTACKS, attack_class_lines
from report.attacks import NO_FLOWS, why_not_assessed
from report.conversation import capture_lines, conversation_lines
from report.display_filter import server_filter
from report.language import ENGLISH, Language
from report.text import display_width, printable, probability, span, wrapped
from report.triage import TriageRow, times_of
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


def console(document: Document, language: Language = ENGLISH) -> str:
    """Return every target in full, then what could not be read.

    The classic block is English whatever the language.
    """
    why_not = why_not_assessed(document) or NO_FLOWS
    parts = [_target(target, why_not, language) for target in document.targets]
    notes = [
        *capture_lines(document.captures, language),
        *skipped_lines(document.captures, language),
    ]
    return "\n".join([*parts, *notes]) + "\n"


def _target(target: Target, why_not: str, language: Language) -> str:
    lines = classic_block(target)
    lines += [*_heading(_titled(language("conversations"))), *conversation_lines(target, language)]
    lines += [*_heading(_titled(language("probabilities"))), *_probabilities(target, language)]
    lines += [
        part
        for line in attack_class_lines(target.detectors.attack_class, why_not, language)
        for part in wrapped(printable(line), _WIDTH)
    ]
    lines += [*_heading(_titled(language("reasons"))), *_reasons(target, language)]
    return "\n".join(printable(line) for line in lines) + "\n"


def attacked_lines(document: Document, language: Language = ENGLISH) -> list[str]:
    """Return text, wrapped, on the attack classes of each target with a flow called an attack."""
    classes = [target.detectors.attack_class for target in document.targets]
    lines = (
        attack_class_lines(each, "", language)
        for each in classes
        if each.verdict not in NOT_ATTACKS
    )
    return [part for line in chain(*lines) for part in wrapped(printable(line), _WIDTH)]


def classic_block(target: Target) -> list[str]:
    """Return the lines that the original printed, word for word."""
    return [*_heading(_RESULT), *_results(target), *_heading(_FEATURES), *_features(target)]


def _heading(title: str) -> list[str]:
    return [_RULE, title, _RULE]


def _titled(title: str) -> str:
    """Return a title in the middle of a rule."""
    dashes = _WIDTH - 2 - display_width(title)
    return f"<{'-' * (dashes // 2)}{title}{'-' * (dashes - dashes // 2)}>"


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


def _probabilities(target: Target, language: Language) -> list[str]:
    detectors = target.detectors
    results: dict[str, ServerDetector | ConnectionDetector | FinalVerdict] = {
        "gbdt": detectors.gbdt,
        "random_forest": detectors.random_forest,
        "module1": detectors.module1,
        "final": target.final,
    }
    role = language(target.role)
    lines = [language("address {ip} as {role}", ip=target.ip, role=role), *_row(target, language)]
    lines += [
        language(
            "{detector}: probability {probability}, threshold {threshold}",
            detector=language(DETECTORS[name]),
            probability=probability(result.probability),
            threshold=probability(result.threshold),
        )
        for name, result in results.items()
    ]
    return lines


def _row(target: Target, language: Language) -> list[str]:
    """Return which server row the verdict is of, when, and how to see it in Wireshark."""
    server, times = target.final.server, times_of(target)
    if server is None:
        return []
    row = f"{server.client} -> {server.server} port {server.port}/{server.proto}"
    lines = [language("strongest row: {row}", row=row)]
    if times:
        count = language.counted(len(target.connections), "TLS connection")
        lines.append(language("{count}, {times} UTC", count=count, times=span(*times)))
    filter_ = language("Wireshark: {filter}", filter=server_filter(server))
    return [*lines, *wrapped(filter_, _WIDTH)]


def _reasons(target: Target, language: Language) -> list[str]:
    lines = [
        language(
            "{speaker}: {reason}",
            speaker=language(_SPEAKERS.get(reason.detector, reason.detector)),
            reason=language.reason(reason.text),
        )
        for reason in target.reasons
    ]
    lines += [
        language("to be read with care: {why}", why=language.reason(limit.text))
        for limit in target.limits
    ]
    return [part for line in lines for part in wrapped(printable(line), _WIDTH)]


def allowed_lines(rows: Sequence[TriageRow], language: Language = ENGLISH) -> list[str]:
    """Return text, wrapped, on each target that the allowlist covers."""
    lines = [
        language("{ip} is allowed by {entries}", ip=row.ip, entries=", ".join(row.allowed_by))
        for row in rows
        if row.allowed_by
    ]
    return [part for line in lines for part in wrapped(printable(line), _WIDTH)]


def skipped_lines(captures: Sequence[Capture], language: Language = ENGLISH) -> list[str]:
    """Return text, wrapped, on each capture of which something was skipped."""
    lines = [
        f"{capture.path}: {_skipped(capture, language)}" for capture in captures if capture.skipped
    ]
    return [part for line in lines for part in wrapped(printable(line), _WIDTH)]


def _skipped(capture: Capture, language: Language) -> str:
    """Return what was skipped, and a warning unless it is only what carries no IP."""
    if capture.sha256 is None or (capture.packets is None and capture.first_ts is None):
        return language("not read ({why})", why=", ".join(map(language.unread, capture.skipped)))
    noun = "record" if capture.packets is None else "packet"
    parts = ", ".join(
        f"{language.counted(count, noun)} ({language.skipped(reason)})"
        for reason, count in capture.skipped.items()
    )
    if all(reason.startswith(_HARMLESS) for reason in capture.skipped):
        return language("skipped {what}", what=parts)
    return language("skipped {what}; the verdicts may miss something", what=parts)
