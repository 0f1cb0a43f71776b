"""An evaluation's document as text of at most 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from evaluation.wording import LEVELS, NAMES, caveat, in_order

_WIDTH: Final = 80
_COLUMNS: Final = (
    "average_precision",
    "roc_auc",
    "recall_at_fpr_0.05",
    "recall_at_fpr_0.01",
    "recall_at_fpr_0.001",
    "mean_recall_by_family_all",
    "mean_recall_by_family_c2",
)
_HEADING: Final = (
    "                 average    ROC       recall at FPR    by family  preci-  alarms",
    "                 precis.    AUC    5 %   1 %  0.1 %    all    c2    sion   a day",
)
_WIDTHS: Final = (9, 7, 7, 6, 7, 7, 6)
_SHORT: Final = ("average_precision", "recall_at_fpr_0.01", "mean_recall_by_family_all")


def text(document: Mapping[str, Any]) -> str:
    """Return the figures of each protocol, baseline and ablation, without their intervals."""
    lines = []
    for protocol in document["protocols"]:
        lines += [protocol["name"], "", *wrap(protocol["description"], _WIDTH), ""]
        for level in LEVELS:
            lines += [*_level(level, protocol[level]), ""]
    if document["baselines"]:
        lines += _baselines(document["baselines"])
    if document["ablations"]:
        lines += _ablations(document["ablations"])
    lines += wrap(caveat(document["settings"]), _WIDTH)
    lines += [
        "by family: mean over the families of the recall at 1 % FPR (false-positive rate)",
        "alarms a day: benign ones among 50,000 connections, at the models' threshold",
        "intervals, curves and families: --json FILE and --html FILE",
    ]
    return "\n".join(lines) + "\n"


def _level(level: str, detectors: Mapping[str, Any]) -> list[str]:
    if not detectors:
        return [f"no {level} were scored"]
    most = max(detectors.values(), key=lambda each: each["positives"] + each["negatives"])
    counts = f"{most['positives']} malicious {level} of {most['families']} families, "
    return [
        f"{counts}{most['negatives']} benign, {most['captures']} captures",
        *_HEADING,
        *(_detector(NAMES[name], detectors[name]) for name in in_order(detectors)),
    ]


def _detector(name: str, figures: Mapping[str, Any]) -> str:
    values = (figures[key]["value"] for key in _COLUMNS)
    cells = "".join(
        f"{_number(value):>{width}}" for value, width in zip(values, _WIDTHS, strict=True)
    )
    at = figures["at_threshold"]
    alarms = at["false_alarms_a_day"]
    return (
        f"{name:<15}{cells}{_number(at['precision']['share']):>8}"
        f"{'-' if alarms is None else alarms['value']:>8}"
    )


def _baselines(baselines: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        f"{each['name']:<36}" + (_short(each["servers"]) if each["servers"] else "  not available")
        for each in baselines
    ]
    return ["baselines, by server", f"{'':<36}{_SHORT_HEADING}", *rows, ""]


def _ablations(ablations: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        f"{each['name']:<36}"
        + (_short(each["servers"]["final"]) if each["servers"] else "  no such features")
        for each in ablations
    ]
    return ["FINAL without some features, by server", f"{'':<36}{_SHORT_HEADING}", *rows, ""]


_SHORT_HEADING: Final = f"{'average precis.':>16}{'recall at 1 %':>15}{'by family':>11}"


def _short(figures: Mapping[str, Any]) -> str:
    first, second, third = (_number(figures[key]["value"]) for key in _SHORT)
    return f"{first:>16}{second:>15}{third:>11}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
