"""Whether scores mean the same wherever rows come from: reliability source by source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.intervals import wilson_interval
from training.metrics import Labels, Scores

_FILE: Final = re.compile(r"\.(pcap|pcapng|cap|ntar|csv)(\.gz|\.zst)?$", re.IGNORECASE)
_PLACES: Final = 4


def source_of(capture: str) -> str:
    """Return the folder that a capture lies in; a folder of logs is a source of its own.

    Captures are named by their path, with ``/`` written as ``__``.
    """
    folder, _, name = capture.rpartition("__")
    return folder if folder and _FILE.search(name) else capture


def reliability_by_source(
    scores: Scores, labels: Labels, captures: NDArray[np.str_]
) -> dict[str, dict[str, Any]]:
    """Return for each source how many rows it has, and are malicious, and how many scores promise.

    ``expected`` is the sum of the scores, ``interval`` Wilson's of the malicious share, and
    ``brier`` the mean squared difference of score and label.
    """
    names, number = np.unique(captures, return_inverse=True)
    sources = np.array([source_of(name) for name in names.tolist()], dtype=np.str_)[number]
    return {
        source: _of_source(scores[sources == source], labels[sources == source])
        for source in np.unique(sources).tolist()
    }


def together(sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what ``reliability_by_source`` would say of several sources as one."""
    rows = sum(each["rows"] for each in sources)
    squares = sum(each["brier"] * each["rows"] for each in sources)
    malicious = sum(each["malicious"] for each in sources)
    return _counted(rows, malicious, sum(each["expected"] for each in sources), squares)


def _of_source(scores: Scores, labels: Labels) -> dict[str, Any]:
    squares = float(np.sum((scores - labels) ** 2))
    return _counted(len(labels), int(np.sum(labels == 1)), float(np.sum(scores)), squares)


def _counted(rows: int, malicious: int, expected: float, squares: float) -> dict[str, Any]:
    return {
        "rows": rows,
        "malicious": malicious,
        "expected": round(expected, _PLACES),
        "interval": [round(bound, _PLACES) for bound in wilson_interval(malicious, rows)],
        "brier": round(squares / rows, _PLACES),
    }
