"""An evaluation's document as one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from evaluation.page_plots import ablation_plot, baseline_plot, curve_plots, family_plot
from evaluation.page_plots import reliability_plot as plot_of_reliability
from evaluation.wording import (
    FIGURES,
    KINDS,
    LEVELS,
    NAMES,
    in_order,
    interval,
    number,
    of,
    percent,
)
from training.figures import CONNECTIONS_A_DAY

_STYLE: Final = Path(__file__).with_suffix(".css")
_COMPARED: Final = ("average precision", "at 1 %", "mean over families", "of c2 alone")


def page(document: Mapping[str, Any]) -> str:
    """Return the page of a document of ``evaluation.document``."""
    protocols = document["protocols"]
    sections = [
        _head(document),
        _comparison(protocols) if len(protocols) > 1 else "",
        *(_protocol(protocol, first=not place) for place, protocol in enumerate(protocols)),
        _baselines(document["baselines"], protocols[0]) if document["baselines"] else "",
        _ablations(document["ablations"], protocols[0]) if document["ablations"] else "",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>How good the detectors are</title>\n<style>\n{_STYLE.read_text('utf-8')}</style>\n"
        "</head>\n<body>\n" + "\n".join(filter(None, sections)) + "\n</body>\n</html>\n"
    )


def _head(document: Mapping[str, Any]) -> str:
    settings = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in document["settings"].items()
    )
    return (
        "<h1>How good the detectors are</h1>\n"
        f"<p>{escape(KINDS[document['kind']])} {escape(f'({settings})' if settings else '')}</p>\n"
        '<p class="note">FPR is the false-positive rate: the share of benign rows called malicious.'
        " Small print gives 95 % intervals: of resampled captures for figures between 0 and 1,"
        " Wilson's for shares of counts.</p>"
    )


def _comparison(protocols: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [protocol["name"], *(_estimate(protocol["servers"]["final"][key]) for key in _keys())]
        for protocol in protocols
        if "final" in protocol["servers"]
    ]
    return (
        "<h2>How much a way to hold rows out flatters</h2>\n"
        "<p>FINAL by server. What the random split shows above the others is leaked: neighbours of "
        "the same capture, server and family on both sides.</p>\n"
        + _table("FINAL under each way to hold rows out", ["held out", *_COMPARED], rows)
    )


def _keys() -> list[str]:
    return [FIGURES[name] for name in _COMPARED]


def _protocol(protocol: Mapping[str, Any], *, first: bool) -> str:
    tables = "\n".join(_level(LEVELS[level], protocol[level]) for level in LEVELS)
    title = f"{protocol['name'][0].upper()}{protocol['name'][1:]}"
    text = f"<p>{escape(protocol['description'])}</p>\n"
    if not first:
        return f"<h2>{escape(title)}</h2>\n{text}{tables}"
    servers = protocol["servers"]
    return (
        f"<h2>{escape(title)}</h2>\n{text}{tables}\n"
        f'<h3>Curves, by server</h3>\n<div class="plots">{curve_plots(servers)}</div>\n'
        f"{_reliability(servers)}\n{_families(servers)}"
    )


def _level(level: str, detectors: Mapping[str, Any]) -> str:
    if not detectors:
        return f"<p>No {escape(level)} were scored.</p>"
    figures = [
        [_named(name, detectors), *(_estimate(detectors[name][key]) for key in FIGURES.values())]
        for name in in_order(detectors)
    ]
    return "\n".join(
        [
            _table(f"By {level}: {_counts(detectors)}", ["", *FIGURES], figures),
            _table(f"At the threshold, by {level}", _AT_THRESHOLD, _confusion(detectors)),
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
        alarms = at["false_alarms_a_day"]
        rows.append(
            [
                NAMES[name],
                number(at["threshold"]),
                of(at["recall"]),
                str(at["false_negatives"]),
                of(at["false_positive_rate"]),
                str(at["true_negatives"]),
                percent(at["precision"]["share"]),
                "–"
                if alarms is None
                else f"{alarms['value']}\n{alarms['interval'][0]} to {alarms['interval'][1]}",
            ]
        )
    return rows


def _reliability(detectors: Mapping[str, Any]) -> str:
    rows = [
        [
            f"{NAMES[name]}, {each['from']:.1f} to {each['to']:.1f}",
            number(each["mean_score"]),
            of(each["malicious"]),
        ]
        for name in in_order(detectors)
        for each in detectors[name]["reliability"]
    ]
    table = _table(
        "Reliability, by server", ["detector and scores", "mean score", "malicious"], rows
    )
    return (
        "<h3>Reliability, by server</h3>\n"
        "<p>On the dotted diagonal a score is the share of malicious servers among those that have "
        "it. Malicious servers are more frequent here than in a network.</p>\n"
        f'<div class="plots">{plot_of_reliability(detectors)}'
        f"<details><summary>Table</summary>{table}</details></div>"
    )


def _families(detectors: Mapping[str, Any]) -> str:
    names = in_order(detectors)
    families = detectors[names[0]]["by_family"] if names else {}
    if not families:
        return ""
    rows = [
        [family, str(count["rows"]), str(count["c2"])]
        + [_found(detectors[name]["by_family"].get(family)) for name in names]
        for family, count in families.items()
    ]
    heading = ["family", "servers", "c2", *(NAMES[name] for name in names)]
    return (
        "<h3>Recall by family, by server</h3>\n"
        f'<div class="plots">{family_plot(detectors[names[0]], NAMES[names[0]])}'
        f"{_table('Servers found at the threshold', heading, rows)}</div>"
    )


def _found(count: Mapping[str, Any] | None) -> str:
    return "–" if count is None else f"{count['found_at_threshold']} of {count['rows']}"


def _baselines(baselines: Iterable[Mapping[str, Any]], main: Mapping[str, Any]) -> str:
    measured = [
        *((NAMES[name], main["servers"][name]) for name in in_order(main["servers"])),
        *((each["name"], each["servers"]) for each in baselines),
    ]
    rows = [
        [name, *(_estimate(figures[key]) if figures else "not available" for key in _keys())]
        for name, figures in measured
    ]
    return (
        "<h2>Beside baselines</h2>\n<p>By server, with the same rows held out. The certificate list"
        " is what was confirmed, or imported with <code>certs import</code>; without any it is not"
        " available.</p>\n"
        + f'<div class="plots">{baseline_plot(measured)}'
        + _table("Detectors and baselines", ["", *_COMPARED], rows)
        + "</div>"
    )


def _ablations(ablations: Sequence[Mapping[str, Any]], main: Mapping[str, Any]) -> str:
    measured = [("all features", main["servers"]), *((a["name"], a["servers"]) for a in ablations)]
    names = in_order(main["servers"])
    cells = [
        [
            name,
            *(_estimate(figures[each][key]) if figures else "no such features" for each in names),
        ]
        for key in ("average_precision",)
        for name, figures in measured
    ]
    recalls = [
        [
            name,
            *(_estimate(figures[each][key]) if figures else "no such features" for each in names),
        ]
        for key in ("mean_recall_by_family_all",)
        for name, figures in measured
    ]
    heading = ["", *(NAMES[name] for name in names)]
    return (
        "<h2>Without some features</h2>\n<p>By server, with the same rows held out; every detector "
        "and FINAL were fitted again.</p>\n"
        + f'<div class="plots">{ablation_plot(measured)}'
        + f"<div>{_table('Average precision', heading, cells)}"
        + f"{_table('Mean over families of recall at 1 % FPR', heading, recalls)}</div></div>"
    )


def _estimate(estimate: Mapping[str, Any]) -> str:
    """Return a figure with its interval on a second line."""
    return f"{number(estimate['value'])}\n{interval(estimate['interval'])}".rstrip()


def _table(caption: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
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
