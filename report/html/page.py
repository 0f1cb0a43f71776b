"""The page: what stands out, a table of all servers, and everything about each of them."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

from report.attack_class import NOT_ATTACKS
from report.attacks import attack_count
from report.console import skipped_lines
from report.html.attacks import attack_section
from report.html.elements import badge, bullets, definitions, element, text
from report.html.embedded import embedded
from report.html.features import FeatureTable
from report.html.lazy import PARTS, packs
from report.html.ranges import Ranges
from report.html.target import body, heading
from report.language import ENGLISH, Language
from report.ranking import nothing_seen, totals
from report.selection import Overview, Selection, Shown
from report.text import moment, probability
from verdict.document import Capture, Document

_STYLE: Final = Path(__file__).with_suffix(".css")
_SCRIPT: Final = Path(__file__).with_suffix(".js")
WHOLE: Final = 10  # targets that stand in the page unpacked, for readers without scripts and paper
_COLUMNS: Final = (
    ("verdict", "text"),
    ("FINAL", "number"),
    ("module 1", "number"),
    ("forest", "number"),
    ("gbdt", "number"),
    ("conv", "number"),
    ("conns", "number"),
    ("address", "text"),
    ("name", "text"),
    ("first seen", "text"),
    ("strongest reason", "text"),
)


def page(selection: Selection, language: Language = ENGLISH) -> str:
    """Return one HTML page that needs no other file and no network.

    The first ten targets stand in it as they are; what is to be said of the others is packed, and
    unpacked when it is opened. The whole document is embedded, see ``report.html.embedded``.
    """
    style, script = (path.read_text("utf-8") for path in (_STYLE, _SCRIPT))
    title = language("Malicious encrypted traffic: result")
    features = FeatureTable(Ranges.of(selection.document), language)
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="{language.code}">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
            f"<title>{text(title)}</title>\n<style>{style}</style>\n</head>\n<body>",
            f'<a class="skip" href="#servers">{text(language("to the table of servers"))}</a>',
            element("header", f"<h1>{text(title)}</h1>{_summary(selection.overview, language)}"),
            element("main", _main(selection, language, features)),
            element("footer", _inputs(selection.document, language)),
            packs(body(each, language, features) for each in selection.shown[WHOLE:]),
            embedded(selection.document),
            f"<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _policy(style: str, script: str) -> str:
    """Let the page run its own style and script only, whatever a name from a capture holds."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _summary(overview: Overview, language: Language) -> str:
    lines = totals(overview, language)
    first, *others = lines
    kind = "malicious" if overview.malicious else "normal" if overview.servers else "unsure"
    return (
        f'<p class="total {kind}">{text(first)}</p>'
        + _attacks(overview, language)
        + "".join(f"<p>{text(line)}</p>" for line in others)
    )


def _attacks(overview: Overview, language: Language) -> str:
    """Return how many flows are called an attack, as a link to which they are."""
    told = attack_count(overview.attacks, language)
    link = f'<a href="#attacks">{text(told)}</a>'
    return f' <p class="total malicious">{link}</p>' if told else ""


def _main(selection: Selection, language: Language, features: FeatureTable) -> str:
    """Return the servers, attacks on any, and details of the servers."""
    return (
        _servers(selection, language)
        + attack_section(selection.overview.attacks, language)
        + _details(selection, language, features)
    )


def _servers(selection: Selection, language: Language) -> str:
    """Return the table of all servers, which a script lets be sorted and filtered."""
    if not selection.shown:
        return f'<p id="servers">{text(_nothing(selection.overview, language))}</p>'
    head = "".join(
        f'<th scope="col" data-kind="{kind}">'
        f'<button type="button">{text(language(name))}</button></th>'
        for name, kind in _COLUMNS
    )
    rows = "\n".join(_server(number, each, language) for number, each in enumerate(selection.shown))
    return (
        f'<section aria-labelledby="servers"><h2 id="servers">{text(language("Servers"))}</h2>'
        f'<div class="controls" hidden><label>{text(language("Show only rows with"))} '
        '<input type="search" id="filter" autocomplete="off"></label>'
        '<label><input type="checkbox" id="malicious"> '
        f"{text(language('malicious only'))}</label>"
        f'<output id="count" data-form="{text(language("{shown} of {all} rows"))}"></output></div>'
        '<div class="scroll" tabindex="0" role="group" aria-labelledby="servers">'
        f'<table id="triage"><caption>{text(language("Worst first; an address leads to details"))}'
        f"</caption><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div></section>"
    )


def _nothing(overview: Overview, language: Language) -> str:
    """Return why there is no table: there are no servers, or none that is to be shown."""
    return totals(overview, language)[-1] if overview.servers else nothing_seen(overview, language)


def _server(number: int, shown: Shown, language: Language) -> str:
    row = shown.row
    reasons = [language.reason(row.reasons[0])] if row.reasons else []
    if row.attack_class not in NOT_ATTACKS:
        attack = language(row.attack_class)
        reasons.append(language("attack class: {verdict}", verdict=attack))
    figures = (row.probability, row.module1, row.random_forest, row.gbdt, row.conversation)
    allowed = f" ({language('allowed')})" if row.allowed_by else ""
    cells = [
        badge(row.verdict, language(row.verdict) + allowed),
        *(element("span", probability(value), class_="number") for value in figures),
        element("span", f"{row.connections:,}", class_="number"),
        f'<a href="#target-{number}">{text(row.ip)}</a>',
        text(row.names[0] if row.names else ""),
        "" if row.first_ts is None else moment(row.first_ts),
        text("; ".join(reasons)),
    ]
    return (
        f'<tr data-verdict="{row.verdict}">'
        + "".join(element("td", each) for each in cells)
        + "</tr>"
    )


def _details(selection: Selection, language: Language, features: FeatureTable) -> str:
    if not selection.shown:
        return ""
    parts = "\n".join(
        _detail(number, each, language, features) for number, each in enumerate(selection.shown)
    )
    note = language("This part needs a script: open the page in a browser that runs it.")
    return (
        f'<section aria-labelledby="details"><h2 id="details">{text(language("Details"))}</h2>'
        f'<noscript><p class="quiet">{text(note)}</p></noscript>\n{parts}</section>'
    )


def _detail(number: int, shown: Shown, language: Language, features: FeatureTable) -> str:
    summary = element("summary", heading(shown, language))
    if number >= WHOLE:
        place = number - WHOLE
        pack = f'data-pack="{place // PARTS}" data-part="{place % PARTS}"'
        return f'<details id="target-{number}" {pack}>{summary}<div class="body"></div></details>'
    is_open = shown.row.verdict == "MALICIOUS" or number == 0
    content = element("div", body(shown, language, features), class_="body")
    return f'<details id="target-{number}"{" open" if is_open else ""}>{summary}{content}</details>'


def _inputs(document: Document, language: Language) -> str:
    """Return what was read, and what was skipped of it."""
    engine = f"{document.engine.name} {document.engine.version}"
    skipped = skipped_lines(document.captures, language)
    captures = bullets(_capture(each, language) for each in document.captures)
    lines = element("pre", "\n".join(text(line) for line in skipped), tabindex=0) if skipped else ""
    return (
        f"<h2>{text(language('What was read'))}</h2>"
        + definitions([(language("engine"), text(engine))])
        + captures
        + (f"<h3>{text(language('What was skipped'))}</h3>{lines}" if lines else "")
        + _save(language)
    )


def _save(language: Language) -> str:
    """Return the button that a script shows and lets save the embedded document."""
    words = text(language("Save the result document (JSON)"))
    return element("button", words, type="button", id="save", hidden="hidden")


def _capture(capture: Capture, language: Language) -> str:
    parts = [text(capture.path)]
    if capture.packets is not None:
        parts.append(text(language.counted(capture.packets, "packet")))
    if capture.first_ts is not None and capture.last_ts is not None:
        parts.append(f"{moment(capture.first_ts)} - {moment(capture.last_ts)} UTC")
    if capture.sha256:
        parts.append(f"SHA-256 <code>{text(capture.sha256)}</code>")
    return ", ".join(parts)
