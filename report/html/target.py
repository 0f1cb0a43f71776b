"""Everything that is known of one target."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from report.display_filter import connection_filter
from report.html.certificates import certificates
from report.html.elements import badge, bullets, code, definitions, element, table, text
from report.html.features import FeatureTable, classic_table, contributions
from report.html.further_detectors import further_detectors
from report.html.timeline import timeline
from report.language import Language
from report.selection import Shown
from report.text import moment, probability, span
from report.triage import TriageRow
from verdict.document import Connection, ServerKey, Target
from verdict.wording import DETECTORS

_CONNECTIONS: Final = 200  # rows of the table; all of them stand in the embedded document
_LISTED: Final = 30
_SPEAKERS: Final = {"evidence": "evidence", **DETECTORS}


def heading(shown: Shown, language: Language) -> str:
    """Return address, verdict, probability and name in one line."""
    target, row = shown
    verdict = badge(row.verdict, language(row.verdict))
    name = row.names[0] if row.names else ""
    role = language("as client") if target.role == "client" else ""
    words = element("span", text(f"{name} {role}".strip()), class_="name")
    likely = element("span", f"FINAL {probability(row.probability)}", class_="number")
    return f"{verdict} {element('span', text(target.ip), class_='address')} {likely} {words}"


def body(shown: Shown, language: Language, features: FeatureTable) -> str:
    """Return the sections of a target: verdict and reasons first.

    ``features`` makes the table of features.
    """
    target, row = shown
    sections = [
        ("Verdict", _verdict(target, row, language)),
        ("Reasons", _reasons(target, language)),
        ("What could not be assessed", _limits(target, language)),
        ("Connections over time", timeline(target, language)),
        ("What moved the detectors most", contributions(target, language)),
        ("Names and fingerprints", _names(target, row, language)),
        ("Certificates", certificates(target, language)),
        ("Known certificates", _matches(target, language)),
        *further_detectors(target, language),
        ("Features", features.of(target)),
        ("TLS connections", _connections(target, language)),
        ("Classic form", classic_table(target)),
    ]
    return "\n".join(
        element("section", element("h3", text(language(title))) + content)
        for title, content in sections
        if content
    )


def _verdict(target: Target, row: TriageRow, language: Language) -> str:
    detectors = target.detectors
    results = [
        ("final", target.final.verdict, target.final.probability, target.final.threshold),
        *(
            (name, result.verdict, result.probability, result.threshold)
            for name, result in (
                ("module1", detectors.module1),
                ("random_forest", detectors.random_forest),
                ("gbdt", detectors.gbdt),
            )
        ),
    ]
    rows = [
        [
            text(language(DETECTORS[name])),
            badge(verdict, language(verdict)),
            probability(value),
            probability(threshold),
            _meter(value, threshold),
        ]
        for name, verdict, value, threshold in results
    ]
    database = detectors.certificate_database.verdict
    known = [text(language(DETECTORS["certificate_database"])), text(language(database)), "-", "-"]
    headings = ("detector", "verdict", "probability", "threshold", "scale")
    caption = language("What each detector says")
    return table(caption, [text(language(each)) for each in headings], [*rows, [*known, ""]]) + (
        _facts(target, row, language)
    )


def _facts(target: Target, row: TriageRow, language: Language) -> str:
    times = ""
    if row.first_ts is not None and row.last_ts is not None:
        times = f"{span(row.first_ts, row.last_ts)} UTC"
    server = target.final.server
    return definitions(
        [
            (language("strongest row"), text(_key(server)) if server else ""),
            (language("seen"), times),
            (language("clients" if target.role == "server" else "servers"), _codes(row.peers)),
            (language("ports"), _codes(row.ports)),
            ("Wireshark", code(row.filter)),
            (language("allowed by"), _codes(row.allowed_by)),
        ]
    )


def _key(server: ServerKey) -> str:
    return f"{server.client} \u2192 {server.server} : {server.port}/{server.proto}"


def _meter(value: float | None, threshold: float) -> str:
    """Return a bar of a probability with a mark at the threshold."""
    if value is None:
        return ""
    kind = "malicious" if value >= threshold else "normal"
    return (
        '<svg viewBox="0 0 160 12" class="amount" aria-hidden="true">'
        '<rect x="0" y="1" width="160" height="10" class="room"/>'
        f'<rect x="0" y="1" width="{160 * value:.1f}" height="10" class="{kind}"/>'
        f'<path d="M{160 * min(threshold, 1.0):.1f} 0v12" class="now"/></svg>'
    )


def _reasons(target: Target, language: Language) -> str:
    if not target.reasons:
        return f"<p>{text(language('nothing stands out'))}</p>"
    return bullets(
        f"<b>{text(language(_SPEAKERS.get(reason.detector, reason.detector)))}</b>: "
        f"{text(language.reason(reason.text))}"
        for reason in target.reasons
    )


def _limits(target: Target, language: Language) -> str:
    return (
        bullets(text(language.reason(each.text)) for each in target.limits) if target.limits else ""
    )


def _names(target: Target, row: TriageRow, language: Language) -> str:
    connections = target.connections
    return definitions(
        [
            (language("server names (SNI) and names in DNS"), _codes(row.names)),
            (language("names in DNS"), _codes(target.dns_names)),
            ("JA3", _codes(_distinct(each.ja3 for each in connections))),
            ("JA3S", _codes(_distinct(each.ja3s for each in connections))),
            ("JA4", _codes(_distinct(each.ja4 for each in connections))),
            (language("TLS versions"), _codes(_distinct(each.version for each in connections))),
        ]
    )


def _matches(target: Target, language: Language) -> str:
    matches = target.detectors.certificate_database.matches
    if not matches:
        return ""
    headings = ("fingerprint", "matched by", "state", "learned from", "note")
    rows = [
        [
            code(each.sha256 or each.sha1 or ""),
            text(language(each.matched_by)),
            text(language(each.state)),
            text(f"{each.capture} {moment(each.ts) if each.ts is not None else ''}".strip())
            if each.capture
            else "",
            text(each.note or ""),
        ]
        for each in matches
    ]
    return table(
        language("Entries of the certificate database"),
        [text(language(each)) for each in headings],
        rows,
    )


def _connections(target: Target, language: Language) -> str:
    connections = target.connections
    if not connections:
        return ""
    headings = ("uid", "time", "client", "server", "SNI", "version", "seconds", "module 1")
    rows = [_connection(each) for each in connections[:_CONNECTIONS]]
    caption = language.counted(len(connections), "TLS connection")
    if len(connections) > _CONNECTIONS:
        caption += f" ({language('the first {count} are shown', count=_CONNECTIONS)})"
    columns = [text(language(each)) for each in headings] + ["community id", "Wireshark"]
    return table(caption, columns, rows, "connections", shows_caption=True)


def _connection(each: Connection) -> list[str]:
    return [
        code(each.uid),
        "" if each.ts is None else moment(each.ts),
        text(f"{each.client} : {'-' if each.client_port is None else each.client_port}"),
        text(f"{each.server} : {each.server_port}/{each.proto or 'tcp'}"),
        text(each.sni or "-"),
        text(each.version or "-"),
        "-" if each.duration is None else f"{each.duration:,.1f}",
        probability(each.probability),
        code(each.community_id) if each.community_id else "",
        code(connection_filter(each)),
    ]


def _codes(values: Iterable[str]) -> str:
    """Return texts to be copied, the first few of many."""
    listed = list(values)
    more = f" + {len(listed) - _LISTED}" if len(listed) > _LISTED else ""
    return ", ".join(code(value) for value in listed[:_LISTED]) + more


def _distinct(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})
