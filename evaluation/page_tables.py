"""The tables of an evaluation's page, which say in numbers all that its plots show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from evaluation.wording import FIGURES, NAMES, drawn, in_order, interval, number, of
from training.figures import CONNECTIONS_A_DAY
from training.sources import together

COMPARED: Final = ("average precision", "recall at 1 % FPR", "mean over families", "of c2 alone")


def compared(figures: Mapping[str, Any]) -> list[str]:
    """Return a detector's figures of ``COMPARED``."""
    return [estimate(figures[FIGURES[name]]) for name in COMPARED]


def level_tables(level: str, detectors: Mapping[str, Any]) -> str:
    """Return the figures of all detectors at one level, and what their thresholds do."""
    if not detectors:
        return f"<p>No {escape(level)} were scored.</p>"
    figures = [
        [_named(name, detectors), *(estimate(detectors[name][key]) for key in FIGURES.values())]
        for name in in_order(detectors)
    ]
    return "\n".join(
        [
            table(f"By {level}: {_counts(detectors)}", ["", *FIGURES], figures),
            table(f"At the threshold, by {level}", _AT_THRESHOLD, _confusion(detectors)),
        ]
    )


def _counts(detectors: Mapping[str, Any]) -> str:
    most = max(detectors.values(), key=lambda each: each["positives"] + each["negatives"])
    return (
        f"{most['positives']} malicious of {most['families']} families, "
        f"{most['negatives']} benign, in {most['captures']} captures"
    )


def _named(name: str, detectors: Mapping[str, Any]) -> str:
    skipped = detectors[name]["not_assessed"]
    return NAMES[name] + (f" ({skipped} not assessed)" if skipped else "")


_AT_THRESHOLD: Final = (
    "",
    "threshold",
    "malicious found",
    "missed",
    "benign called malicious",
    "left alone",
    "precision",
    f"false alarms a day in {CONNECTIONS_A_DAY:,} connections",
)


def _confusion(detectors: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    for name in in_order(detectors):
        at = detectors[name]["at_threshold"]
        rows.append(
            [
                NAMES[name],
                number(at["threshold"]),
                drawn(at["recall"], counts=True),
                str(at["false_negatives"]),
                drawn(at["false_positive_rate"], counts=True),
                str(at["true_negatives"]),
                drawn(at["precision"]),
                _alarms(at["false_alarms_a_day"]),
            ]
        )
    return rows


def _alarms(alarms: Mapping[str, Any] | None) -> str:
    if alarms is None:
        return "-"
    bounds = alarms["interval"]
    return str(alarms["value"]) + (f"\n{bounds[0]} to {bounds[1]}" if bounds else "")


def reliability_table(detectors: Mapping[str, Any]) -> str:
    """Return for each detector and bin of scores how many servers are malicious."""
    rows = [
        [
            f"{NAMES[name]}, {each['from']:.1f} to {each['to']:.1f}",
            number(each["mean_score"]),
            of(each["malicious"]),
        ]
        for name in in_order(detectors)
        for each in detectors[name]["reliability"]
    ]
    heading = ["detector and scores", "mean score", "malicious"]
    return table("Reliability, by server", heading, rows)


_FEWEST: Final = 5


def source_table(figures: Mapping[str, Any], name: str) -> str:
    """Return for each source how many servers are malicious, and how many the scores promise.

    Sources of fewer than five servers tell little alone, and stand together in the last row.
    """
    sources = figures["by_source"]
    large = {source: count for source, count in sources.items() if count["rows"] >= _FEWEST}
    small = [count for source, count in sources.items() if source not in large]
    rows = [_source(source, count) for source, count in large.items()]
    if small:
        rows.append(_source(f"{len(small)} smaller ones", together(small)))
    heading = ["source", "servers", "malicious", f"expected by {name}", "more or fewer", "Brier"]
    return table(f"Reliability of {name} by source", heading, rows)


def _source(source: str, count: Mapping[str, Any]) -> list[str]:
    return [
        source,
        str(count["rows"]),
        f"{count['malicious']}\n{_servers(count)}",
        f"{count['expected']:.1f}",
        _kept(count),
        number(count["brier"]),
    ]


def _servers(count: Mapping[str, Any]) -> str:
    """Return the interval of the malicious share in servers."""
    low, high = (bound * count["rows"] for bound in count["interval"])
    return f"{low:.1f} to {high:.1f}"


def _kept(count: Mapping[str, Any]) -> str:
    """Say whether the scores promise more malicious servers, or fewer, than chance explains."""
    low, high = (bound * count["rows"] for bound in count["interval"])
    if low <= count["expected"] <= high:
        return "as expected"
    return "fewer than expected" if count["expected"] > high else "more than expected"


def family_table(detectors: Mapping[str, Any]) -> str:
    """Return for each family how many servers each detector finds at its threshold."""
    names = in_order(detectors)
    families = {
        family: count for name in names for family, count in detectors[name]["by_family"].items()
    }
    rows = [
        [family, str(count["rows"]), str(count["c2"])]
        + [_found(detectors[name]["by_family"].get(family)) for name in names]
        for family, count in families.items()
    ]
    heading = ["family", "servers", "c2", *(NAMES[name] for name in names)]
    return table("Servers found at the threshold", heading, rows)


def _found(count: Mapping[str, Any] | None) -> str:
    return "-" if count is None else f"{count['found_at_threshold']} of {count['rows']}"


def estimate(estimate: Mapping[str, Any]) -> str:
    """Return a figure with its interval on a second line."""
    return f"{number(estimate['value'])}\n{interval(estimate['interval'])}".rstrip()


def table(caption: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; what follows a line break in a cell is its interval."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heading)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(map(_cell, row[1:]))}</tr>\n'
        for row in rows
    )
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>"
    )


def _cell(text: str) -> str:
    value, _, small = text.partition("\n")
    return f"<td>{escape(value)}" + (
        f'<br><span class="interval">{escape(small)}</span></td>' if small else "</td>"
    )
