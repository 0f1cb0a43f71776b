"""Names and numbers of an evaluation as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

NAMES: Final[Mapping[str, str]] = {
    "final": "FINAL",
    "module1": "module 1",
    "random_forest": "random forest",
    "gbdt": "gbdt",
}
LEVELS: Final = ("servers", "connections")
# The figures with intervals, by what a column is called.
FIGURES: Final[Mapping[str, str]] = {
    "average precision": "average_precision",
    "ROC AUC": "roc_auc",
    "recall at 5 % FPR": "recall_at_fpr_0.05",
    "recall at 1 % FPR": "recall_at_fpr_0.01",
    "recall at 0.1 % FPR": "recall_at_fpr_0.001",
    "mean over families": "mean_recall_by_family_all",
    "of c2 alone": "mean_recall_by_family_c2",
    "Brier score": "brier",
}
KINDS: Final[Mapping[str, str]] = {
    "stored": "From the scores that training stored beside the models.",
    "refitted": "Every detector was fitted again without the rows that it then scored.",
    "captures": "From the trained models as they are, on labelled captures.",
}


def caveat(settings: Mapping[str, Any]) -> str:
    """Return what the figures may flatter by, empty if nothing is known."""
    count = settings.get("rows_of_unknown_family", 0)
    if not count:
        return ""
    return (
        f"Module 2 was trained throughout on {count} more rows, of the CTU table, whose families "
        "are unknown: some may be of a family that is held out."
    )


def in_order(detectors: Mapping[str, Any]) -> list[str]:
    """Return the detectors that were measured, FINAL first."""
    return [name for name in NAMES if name in detectors]


def number(value: float | None) -> str:
    """Return a figure between 0 and 1 with three places."""
    return "-" if value is None else f"{value:.3f}"


def interval(bounds: list[float] | None) -> str:
    """Return an interval of figures."""
    return "" if bounds is None else f"{bounds[0]:.2f} to {bounds[1]:.2f}"


def percent(value: float | None) -> str:
    """Return a share in percent."""
    return "-" if value is None else f"{100 * value:.1f} %"


def of(share: Mapping[str, Any]) -> str:
    """Return a share with its counts."""
    return f"{share['count']} of {share['of']} ({percent(share['share'])})"


def drawn(share: Mapping[str, Any], *, counts: bool = False) -> str:
    """Return a share in percent, perhaps with its counts, and on a second line its interval."""
    bounds = share["interval"]
    small = f"\n{percent(bounds[0])} to {percent(bounds[1])}" if bounds else ""
    return (of(share) if counts else percent(share["share"])) + small
