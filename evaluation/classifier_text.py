"""The comparison of conversation classifiers as text of at most 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

_WIDTH: Final = 80
FIGURES: Final = {
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "average_precision": "avg. precision",
    "f1_weighted": "F1 weighted",
    "f1_balanced": "F1 balanced",
}
NOTES: Final = (
    "F1, precision and recall are of dangerous, at a threshold chosen inside the folds",
    "F1 weighted: mean of both classes by their sizes, which the ancestor called F1; calling "
    "everything safe is there to be exceeded",
    "F1 balanced: mean of both classes as if they were of one size",
    "judge, ms/k: milliseconds to judge a thousand conversations",
    "intervals, confusion matrices and curves: --json FILE and --html FILE",
)
_HEADING: Final = (
    ("", "", "preci-", "", "average", "F1", "F1", "fit", "judge"),
    ("", "F1", "sion", "recall", "precision", "weight.", "balan.", "s", "ms/k"),
)
_WIDTHS: Final = (23, 6, 7, 7, 10, 8, 7, 5, 7)


def classifier_text(document: Mapping[str, Any]) -> str:
    """Return the figures of both ways to hold rows out, without their intervals."""
    lines = [counted(document), ""]
    for split in document["splits"]:
        lines += [*wrap(f"{split['name']}: {split['description']}", _WIDTH), ""]
        lines += [*map(_row, _HEADING), *(_classifier(each) for each in split["classifiers"])]
        lines += [_always_safe(split["always_safe"]), ""]
    lines.append("average precision of the random forest in service, grouped:")
    lines += [
        f"  {each['name']:<24}{each['average_precision']:.3f}" for each in document["without"]
    ]
    notes = (wrap(note, _WIDTH, subsequent_indent="  ") for note in NOTES)
    return "\n".join([*lines, "", *(line for note in notes for line in note)]) + "\n"


def counted(document: Mapping[str, Any]) -> str:
    """Return how many conversations of each kind there are."""
    count = document["conversations"]
    return (
        f"{count['dangerous']} dangerous conversations of {count['families']} families, "
        f"{count['safe']:,} safe ones, {count['captures']} captures"
    )


def _classifier(figures: Mapping[str, Any]) -> str:
    values = (_number(figures[name]["value"]) for name in FIGURES)
    fit, predict = figures["fit_seconds"], 1000 * figures["predict_seconds_per_1000"]
    return _row((figures["title"], *values, f"{fit:.2f}", f"{predict:.0f}"))


def _always_safe(values: Mapping[str, float]) -> str:
    return _row(("everything called safe", *(_number(values[name]) for name in FIGURES), "-", "-"))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _row(cells: Sequence[str]) -> str:
    title, *others = cells
    widths = zip(others, _WIDTHS[1:], strict=True)
    return f"{title:<{_WIDTHS[0]}}{''.join(f'{text:>{width}}' for text, width in widths)}".rstrip()
