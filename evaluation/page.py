"""An evaluation's document as one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from evaluation.page_plots import (
    ablation_plot,
    baseline_plot,
    curve_plots,
    family_plot,
    reliability_plot,
)
from evaluation.page_tables import (
    COMPARED,
    compared,
    estimate,
    family_table,
    level_tables,
    reliability_table,
    source_table,
    table,
)
from evaluation.wording import KINDS, LEVELS, NAMES, caveat, in_order

_STYLE: Final = Path(__file__).with_suffix(".css")
_ABLATED: Final = {
    "Average precision": "average_precision",
    "Mean over families of recall at 1 % FPR": "mean_recall_by_family_all",
}


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
    warning = caveat(document["settings"])
    return (
        "<h1>How good the detectors are</h1>\n"
        f"<p>{escape(KINDS[document['kind']])} {escape(f'({settings})' if settings else '')}</p>\n"
        f"{f'<p>{escape(warning)}</p>' if warning else ''}\n"
        '<p class="note">FPR is the false-positive rate: the share of benign rows called malicious.'
        " Means over families are of the recall at 1 % FPR. Small print gives 95 % intervals over"
        " resampled captures.</p>"
    )


def _comparison(protocols: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [protocol["name"], *compared(protocol["servers"]["final"])]
        for protocol in protocols
        if "final" in protocol["servers"]
    ]
    return (
        "<h2>How much a way to hold rows out flatters</h2>\n"
        "<p>FINAL by server. What the random split shows above the others is leaked: neighbours of "
        "the same capture, server and family on both sides.</p>\n"
        + table("FINAL under each way to hold rows out", ["held out", *COMPARED], rows)
    )


def _protocol(protocol: Mapping[str, Any], *, first: bool) -> str:
    tables = "\n".join(level_tables(level, protocol[level]) for level in LEVELS)
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


def _reliability(detectors: Mapping[str, Any]) -> str:
    return (
        "<h3>Reliability, by server</h3>\n"
        "<p>On the dotted diagonal a score is the share of malicious servers among those that have "
        "it. Malicious servers are more frequent here than in a network.</p>\n"
        f'<div class="plots">{reliability_plot(detectors)}'
        f"<details><summary>Table</summary>{reliability_table(detectors)}</details></div>\n"
        f"{_sources(detectors)}"
    )


def _sources(detectors: Mapping[str, Any]) -> str:
    """Return whether the scores of the first detector hold in every source of captures."""
    name = in_order(detectors)[0]
    return (
        "<p>A source is a folder of captures, or of one network's logs. Where many more or fewer "
        "servers are malicious than the scores add up to, a probability means something else "
        "there. Small print gives 95 % intervals of the count.</p>\n"
        f"<details><summary>By source</summary>{source_table(detectors[name], NAMES[name])}"
        "</details>"
    )


def _families(detectors: Mapping[str, Any]) -> str:
    names = in_order(detectors)
    if not any(detectors[name]["by_family"] for name in names):
        return ""
    name = names[0]
    return (
        "<h3>Recall by family, by server</h3>\n"
        f'<div class="plots">{family_plot(detectors[name], NAMES[name])}'
        f"{family_table(detectors)}</div>"
    )


def _baselines(baselines: Iterable[Mapping[str, Any]], main: Mapping[str, Any]) -> str:
    measured = [
        *((NAMES[name], main["servers"][name]) for name in in_order(main["servers"])),
        *((each["name"], each["servers"]) for each in baselines),
    ]
    rows = [
        [name, *(compared(figures) if figures else ["not available"] * len(COMPARED))]
        for name, figures in measured
    ]
    return (
        "<h2>Beside baselines</h2>\n<p>By server, with the same rows held out. The certificate list"
        " is what was confirmed, or imported with <code>certs import</code>; without any, or with"
        " fingerprints of another kind alone, it is not available.</p>\n"
        + f'<div class="plots">{baseline_plot(measured)}'
        + table("Detectors and baselines", ["", *COMPARED], rows)
        + "</div>"
    )


def _ablations(ablations: Sequence[Mapping[str, Any]], main: Mapping[str, Any]) -> str:
    measured = [("all features", main["servers"]), *((a["name"], a["servers"]) for a in ablations)]
    names = in_order(main["servers"])
    tables = "".join(
        table(
            caption,
            ["", *(NAMES[name] for name in names)],
            [[text, *_of_each(names, figures, key)] for text, figures in measured],
        )
        for caption, key in _ABLATED.items()
    )
    return (
        "<h2>Without some features</h2>\n<p>By server, with the same rows held out; every detector "
        "and FINAL were fitted again.</p>\n"
        f'<div class="plots">{ablation_plot(measured)}<div>{tables}</div></div>'
    )


def _of_each(names: Sequence[str], figures: Mapping[str, Any], key: str) -> list[str]:
    return [estimate(figures[name][key]) if figures else "no such features" for name in names]
