"""The plots of an evaluation's page, from the figures of its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from evaluation.plots import Axis, Bar, Line, bar_plot, line_plot
from evaluation.wording import NAMES, in_order, number

_SHARES: Final = tuple((step / 5, f"{step / 5:.1f}") for step in range(6))
_RATES: Final = ((0.001, "0.1 %"), (0.01, "1 %"), (0.05, "5 %"), (0.2, "20 %"), (1.0, "100 %"))

Named = tuple[str, Mapping[str, Any] | None]


def curve_plots(detectors: Mapping[str, Any]) -> str:
    """Return precision over recall, and recall over the false-positive rate."""
    recall = Axis("recall", _SHARES)
    precision = line_plot(
        "Precision over recall",
        _lines(detectors, "recall", "precision"),
        recall,
        Axis("precision", _SHARES),
    )
    roc = line_plot(
        "Recall over the false-positive rate, logarithmic",
        _lines(detectors, "false_positive_rate", "recall"),
        Axis("false-positive rate", _RATES, logarithmic=True),
        recall,
    )
    return _figure("Precision over recall", precision) + _figure(
        "ROC: recall over the false-positive rate (logarithmic)", roc
    )


def reliability_plot(detectors: Mapping[str, Any]) -> str:
    """Return the share of malicious rows over the mean score of each bin."""
    lines = [
        Line(
            NAMES[name],
            [
                (each["mean_score"], each["malicious"]["share"])
                for each in detectors[name]["reliability"]
            ],
        )
        for name in in_order(detectors)
    ]
    axes = Axis("mean score", _SHARES), Axis("share malicious", _SHARES)
    return _figure("Reliability", line_plot("Share malicious over mean score", lines, *axes, True))


def family_plot(figures: Mapping[str, Any], name: str) -> str:
    """Return for each family the share that one detector finds at its threshold."""
    bars = [
        Bar(
            family,
            count["found_at_threshold"] / count["rows"],
            f"{count['found_at_threshold']} of {count['rows']}",
        )
        for family, count in figures["by_family"].items()
    ]
    title = f"Share found by {name} at its threshold"
    return _figure(title, bar_plot(title, bars))


def baseline_plot(measured: Sequence[Named]) -> str:
    """Return the average precision of detectors and baselines."""
    return _precisions("Average precision beside baselines", measured)


def ablation_plot(measured: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Return FINAL's average precision without each group of features."""
    of_final = [(name, figures.get("final")) for name, figures in measured]
    return _precisions("Average precision of FINAL without some features", of_final)


def _precisions(title: str, measured: Sequence[Named]) -> str:
    values = [
        (name, figures["average_precision"]["value"]) for name, figures in measured if figures
    ]
    bars = [Bar(name, value, number(value)) for name, value in values if value is not None]
    return _figure(title, bar_plot(title, bars))


def _lines(detectors: Mapping[str, Any], x: str, y: str) -> list[Line]:
    return [
        Line(NAMES[name], list(zip(curve[x], curve[y], strict=True)))
        for name in in_order(detectors)
        if (curve := detectors[name]["curve"])[x]
    ]


def _figure(caption: str, plot: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption>{plot}</figure>"
