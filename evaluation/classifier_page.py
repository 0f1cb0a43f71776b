"""The comparison of conversation classifiers as one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from evaluation.classifier_text import FIGURES, NOTES, counted
from evaluation.confusion_plot import confusion_plot
from evaluation.page_tables import estimate, table
from evaluation.plots import Axis, Bar, Line, bar_plot, line_plot

_STYLE: Final = Path(__file__).with_name("page.css")
_TITLE: Final = "Classifiers of conversations compared"
_SHARES: Final = tuple((step / 5, f"{step / 5:.1f}") for step in range(6))
_RATES: Final = ((0.001, "0.1 %"), (0.01, "1 %"), (0.05, "5 %"), (0.2, "20 %"), (1.0, "100 %"))
_LINES: Final = 4  # in one plot


def classifier_page(document: Mapping[str, Any]) -> str:
    """Return the page of a document of ``module4.compare``."""
    sections = [_head(document), *map(_split, document["splits"]), _without(document["without"])]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_TITLE}</title>\n<style>\n{_STYLE.read_text('utf-8')}</style>\n"
        "</head>\n<body>\n" + "\n".join(sections) + "\n</body>\n</html>\n"
    )


def _head(document: Mapping[str, Any]) -> str:
    settings = document["settings"]
    notes = "".join(f"<li>{escape(note)}</li>" for note in NOTES[:-2])
    return (
        f"<h1>{_TITLE}</h1>\n<p>{escape(counted(document))}; {settings['folds']} folds, "
        f"hyperparameters chosen in {settings['inner_folds']} folds within each. Small print gives "
        f"95 % intervals over resampled captures.</p>\n<ul>{notes}</ul>"
    )


def _split(split: Mapping[str, Any]) -> str:
    classifiers = split["classifiers"]
    return (
        f"<h2>Held out: {escape(split['name'])}</h2>\n<p>{escape(split['description'])}</p>\n"
        f"{_figures(split)}\n<h3>Confusion matrices</h3>\n"
        f'<div class="plots">{"".join(map(_confusion, classifiers))}</div>\n'
        f'<h3>Curves</h3>\n<div class="plots">{_curves(classifiers)}</div>\n'
        f"<details><summary>Hyperparameters</summary>{_chosen(classifiers)}</details>"
    )


def _figures(split: Mapping[str, Any]) -> str:
    rows = [
        [
            each["title"],
            *(estimate(each[name]) for name in FIGURES),
            f"{each['fit_seconds']:.2f}",
            f"{1000 * each['predict_seconds_per_1000']:.0f}",
        ]
        for each in split["classifiers"]
    ]
    nothing = [f"{split['always_safe'][name]:.3f}" for name in FIGURES]
    rows.append(["everything called safe", *nothing, "-", "-"])
    heading = ["", *FIGURES.values(), "fit, s", "predict, ms a thousand"]
    return table(f"Held out: {split['name']}", heading, rows)


def _confusion(figures: Mapping[str, Any]) -> str:
    return _figure(figures["title"], confusion_plot(figures["title"], figures["counts"]))


def _curves(classifiers: Sequence[Mapping[str, Any]]) -> str:
    recall = Axis("recall", _SHARES)
    plots = []
    for start in range(0, len(classifiers), _LINES):
        some = classifiers[start : start + _LINES]
        precision = line_plot(
            "Precision over recall",
            _lines(some, "recall", "precision"),
            recall,
            Axis("precision", _SHARES),
        )
        rates = Axis("false-positive rate", _RATES, logarithmic=True)
        found = line_plot(
            "Recall over the false-positive rate, logarithmic",
            _lines(some, "false_positive_rate", "recall"),
            rates,
            recall,
        )
        plots += [_figure("Precision over recall", precision)]
        plots += [_figure("Recall over the false-positive rate (logarithmic)", found)]
    return "".join(plots)


def _lines(classifiers: Sequence[Mapping[str, Any]], x: str, y: str) -> list[Line]:
    return [
        Line(each["title"], list(zip(each["curve"][x], each["curve"][y], strict=True)))
        for each in classifiers
    ]


def _chosen(classifiers: Sequence[Mapping[str, Any]]) -> str:
    rows = [[each["title"], *map(_choice, each["chosen"])] for each in classifiers]
    folds = [f"fold {number}" for number in range(1, len(rows[0]))]
    return table("Chosen inside each fold", ["", *folds], rows)


def _choice(choice: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in choice.items())


def _without(without: Sequence[Mapping[str, Any]]) -> str:
    bars = [
        Bar(each["name"], each["average_precision"], f"{each['average_precision']:.3f}")
        for each in without
    ]
    title = "Average precision of the random forest in service, grouped"
    return (
        "<h2>Without some features</h2>\n<p>Times since a conversation began grow with the length "
        "of the capture, which differs from one collection to the next: what they add may not hold "
        f'elsewhere.</p>\n<div class="plots">{_figure(title, bar_plot(title, bars))}</div>'
    )


def _figure(caption: str, plot: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption>{plot}</figure>"
