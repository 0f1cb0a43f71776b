"""Certificates of a target: contents, fingerprints, validity and chains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from report.html.elements import bullets, code, definitions, element, text
from report.language import Language
from report.text import moment
from report.triage import times_of
from verdict.document import Certificate, Target

_BAR: Final = 600
_DAY: Final = 86400.0
_NAMES: Final = 20
_CARDS: Final = 40


def certificates(target: Target, language: Language) -> str:
    """Return a card for each certificate and the chains they were shown in; empty without any."""
    if not target.certificates:
        return ""
    shown = target.certificates[:_CARDS]
    cards = "".join(_card(one, target, language) for one in shown)
    more = len(target.certificates) - len(shown)
    rest = (
        f"<p>{text(language('and {count} more in the document', count=more))}</p>" if more else ""
    )
    return f"{_chains(target, language)}{cards}{rest}"


def _card(one: Certificate, target: Target, language: Language) -> str:
    kind = language("leaf certificate") if one.is_leaf else language("certificate of the chain")
    names = [code(name) for name in one.names[:_NAMES]]
    if len(one.names) > _NAMES:
        names.append(text(f"+ {len(one.names) - _NAMES}"))
    facts = definitions(
        [
            (language("subject"), text(one.subject or "")),
            (language("issuer"), text(_issuer(one, language))),
            (language("names"), ", ".join(names)),
            (language("validity"), _validity(one, target, language)),
            (language("key"), text(_key(one, language))),
            (language("signature"), text(one.signature or "")),
            (language("serial number"), code(one.serial) if one.serial else ""),
            ("SHA-256" if len(one.fingerprint) == 64 else "id", code(one.fingerprint)),
            ("SHA-1", code(one.sha1) if one.sha1 else ""),
        ]
    )
    heading = element("h4", f"{text(kind)}: {text(_short_name(one))}")
    return element("article", heading + facts, class_="card")


def _issuer(one: Certificate, language: Language) -> str:
    if one.subject and one.subject == one.issuer:
        return f"{one.issuer} ({language('self-signed')})"
    return one.issuer or ""


def _key(one: Certificate, language: Language) -> str:
    if one.key_type is None:
        return ""
    bits = language("{number} bits", number=one.key_length) if one.key_length else ""
    return f"{one.key_type.upper()} {bits}".strip()


def _short_name(one: Certificate) -> str:
    if one.subject:
        parts = one.subject.split(",")
        return next((part[3:] for part in parts if part.strip().startswith("CN=")), one.subject)
    return one.fingerprint[:12]


def _validity(one: Certificate, target: Target, language: Language) -> str:
    """Return the dates, how long that is, and a bar with the time of the capture on it."""
    first, last = one.not_before, one.not_after
    if first is None or last is None:
        return ""
    days = f"{(last - first) / _DAY:,.0f}"
    dates = language(
        "{first} to {last} ({days} days)",
        first=moment(first)[:10],
        last=moment(last)[:10],
        days=days,
    )
    times = times_of(target)
    return text(dates) + (_bar(first, last, times[0], language) if times else "")


def _bar(first: float, last: float, seen: float, language: Language) -> str:
    """Return the validity as a bar, and the first connection as a mark within or beside it."""
    start, end = min(first, seen), max(last, seen)
    length = max(end - start, 1.0)

    def place(ts: float) -> float:
        return 10 + (_BAR - 20) * (ts - start) / length

    inside = first <= seen <= last
    state = language("valid when it was seen") if inside else language("not valid when it was seen")
    label = f"{state} ({moment(seen)[:10]})"
    return (
        f'<svg viewBox="0 0 {_BAR} 24" class="bar" role="img" aria-label="{text(label)}">'
        f'<rect x="{place(first):.1f}" y="8" width="{max(place(last) - place(first), 1):.1f}" '
        f'height="8" rx="3" class="{"valid" if inside else "invalid"}"/>'
        f'<path d="M{place(seen):.1f} 1v22" class="now"/></svg>'
        f'<span class="quiet">{text(label)}</span>'
    )


def _chains(target: Target, language: Language) -> str:
    known = {one.fingerprint: one for one in target.certificates}
    chains = sorted({each.certificates for each in target.connections if each.certificates})
    if not chains:
        return ""
    items = [_chain(chain, known) for chain in chains[:_CARDS]]
    title = element("h4", text(language("Chains, leaf first")))
    return title + bullets(items)


def _chain(chain: tuple[str, ...], known: Mapping[str, Certificate]) -> str:
    names = [_short_name(known[each]) if each in known else each[:12] for each in chain]
    return ' <span aria-hidden="true">&#8594;</span> '.join(text(name) for name in names)
