"""How well flows are told apart: the table that scikit-learn calls the classification report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from module3.classes import CLASSES

# The classes over which the works on CSE-CIC-IDS2018 that we compare with can be averaged.
FIVE: Final = ("Benign", "Brute Force -Web", "Brute Force -XSS", "SQL Injection", "SSH-Bruteforce")
_DECIMALS: Final = 4


@dataclass(frozen=True)
class Named:
    """What rows are, and what a model calls them, one entry a row."""

    true: Sequence[str]
    called: Sequence[str]


def figures(named: Named) -> dict[str, Any]:
    """Return precision, recall, F1 and support of each class that is there, and their means.

    ``macro_f1_of_five`` is the mean of F1 over ``FIVE``, None unless all of them are there.
    """
    from sklearn.metrics import classification_report

    there = [name for name in CLASSES if name in set(named.true)]
    report: dict[str, Any] = classification_report(
        named.true, named.called, labels=there, output_dict=True, zero_division=0.0
    )
    rows = {name: _rounded(report[name]) for name in there}
    complete = all(name in rows for name in FIVE)
    five = sum(rows[name]["f1-score"] for name in FIVE) / len(FIVE) if complete else None
    right = sum(a == b for a, b in zip(named.true, named.called, strict=True))
    return {
        "classes": rows,
        "accuracy": round(right / max(len(named.true), 1), _DECIMALS),
        "macro avg": _rounded(report["macro avg"]),
        "weighted avg": _rounded(report["weighted avg"]),
        "macro_f1_of_five": None if five is None else round(five, _DECIMALS),
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures in the form of the classification report."""
    width = max(len(name) for name in (*found["classes"], "weighted avg"))
    heading = f"{'':>{width}}" + "".join(f"{name:>11}" for name in _COLUMNS)
    lines = [heading, ""]
    lines += [_line(name, row, width) for name, row in found["classes"].items()]
    support = found["weighted avg"]["support"]
    accuracy = f"{'accuracy':>{width}}{'':>22}{found['accuracy']:>11.2f}{support:>11}"
    lines += ["", accuracy]
    lines += [_line(name, found[name], width) for name in ("macro avg", "weighted avg")]
    if found["macro_f1_of_five"] is not None:
        lines += ["", f"macro F1 of {', '.join(FIVE)}: {found['macro_f1_of_five']:.3f}"]
    return "\n".join(lines)


_COLUMNS: Final = ("precision", "recall", "f1-score", "support")


def _line(name: str, row: dict[str, Any], width: int) -> str:
    shares = "".join(f"{row[column]:>11.2f}" for column in _COLUMNS[:3])
    return f"{name:>{width}}{shares}{row['support']:>11}"


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {
        name: int(value) if name == "support" else round(float(value), _DECIMALS)
        for name, value in row.items()
    }
