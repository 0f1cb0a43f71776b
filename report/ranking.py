"""Many targets in one table of 80 columns, worst first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final

from report.attack_class import NOT_ATTACKS
from report.attacks import attack_summary, not_assessed_lines
from report.console import skipped_lines
from report.language import ENGLISH, Language
from report.selection import Overview
from report.text import display_width, padded, printable, shortened, span, wrapped
from report.triage import TriageRow

WIDTH: Final = 80
_FEWEST_FOR_NAME: Final = 8
_SHA256: Final = re.compile(r"\b[0-9a-f]{64}\b")
_DIGITS: Final = 12
_NARROWEST: Final = 12  # columns of addresses, beyond which those of IPv6 may go
_HINTED: Final = 3  # uids named; the rest stands in every other form of the result
_COLUMNS: Final = ("FINAL", "m1", "rf", "gbdt", "conv")
_LONGEST: Final = 35  # of addresses beside all of these; longer ones leave no room for the last


def ranking(overview: Overview, language: Language = ENGLISH, *, verbose: bool = False) -> str:
    """Return an overview as a table, then what is not in it.

    A target has a line with its verdict, probabilities (FINAL, module 1, random forest, gbdt and
    conversations), TLS connections, address and name; a line with times, peers and ports; one with
    its names, if there are several or there was no room; one with its attack class, if it is one;
    and, if it is malicious, its strongest reason.
    ``verbose`` adds what it is found by in other tools.
    """
    lines = [*table(overview.rows, language, verbose=verbose), "", *totals(overview, language)]
    if not overview.servers:
        lines = wrapped(nothing_seen(overview, language), WIDTH)
    below = [*_attacks(overview, language), *skipped_lines(overview.captures, language)]
    return "\n".join([*lines, *below]) + "\n"


def table(rows: Sequence[TriageRow], language: Language, *, verbose: bool = False) -> list[str]:
    """Return the lines of the table, headings first."""
    width = max([_NARROWEST, *(len(row.ip) for row in rows if ":" not in row.ip)])
    fitting = all(len(row.ip) <= _LONGEST for row in rows)
    columns = _COLUMNS if fitting else _COLUMNS[:-1]
    heading = _line(
        language("verdict"),
        columns,
        language("conns"),
        language("address"),
        language("name"),
        width,
    )
    lines = (_lines(row, width, len(columns), language, verbose) for row in rows)
    return [heading, *chain.from_iterable(lines)]


def totals(overview: Overview, language: Language) -> list[str]:
    """Return how many servers there are, how many are malicious, and how many are not shown."""
    only_servers = all(row.role == "server" for row in overview.rows)
    count = language.counted(overview.servers, "server" if only_servers else "target")
    lines = [language("{servers}, {count} malicious", servers=count, count=overview.malicious)]
    allowed = sum(row.verdict == "MALICIOUS" for row in overview.rows if row.allowed_by)
    if allowed:
        lines.append(language("{count} malicious, but allowed", count=allowed))
    if overview.left_out:
        servers = language.counted(overview.left_out, "server")
        told = "{servers} more not shown (--top, --min-probability)"
        lines.append(language(told, servers=servers))
    if overview.hidden:
        servers = language.counted(overview.hidden, "server")
        told = "{servers} hidden by the allowlist (--show-allowed)"
        lines.append(language(told, servers=servers))
    return lines


def nothing_seen(overview: Overview, language: Language) -> str:
    """Return that no TLS server was seen; attacks on others may have been nevertheless."""
    if any(part.attack_flows for part in overview.attacks):
        return language(
            "no TLS server was seen, so FINAL has nothing to assess; the attack classes of flows "
            "stand below"
        )
    return language("no TLS server was seen, so there is nothing to assess")


def _lines(
    row: TriageRow, width: int, columns: int, language: Language, verbose: bool
) -> list[str]:
    found = (row.probability, row.module1, row.random_forest, row.gbdt, row.conversation)
    figures = [_short(value) for value in found[:columns]]
    # A client asked for many names, and perhaps for none of the server that makes it suspicious.
    first = printable(row.names[0]) if row.names and row.role == "server" else "-"
    line = _line(language(row.verdict), figures, str(row.connections), row.ip, first, width)
    further = [_where(row, language)]
    if len(row.names) > 1 or not line.endswith(first):
        names = printable(", ".join(row.names))
        further.append(language("names: {names}", names=names) if names else "")
    if row.capture:
        further.append(language("in {capture}", capture=printable(row.capture)))
    if row.attack_class not in NOT_ATTACKS:
        further.append(language("attack class: {verdict}", verdict=language(row.attack_class)))
    if row.allowed_by:
        entries = printable(", ".join(row.allowed_by))
        further.append(language("allowed by {entries}", entries=entries))
    if row.verdict == "MALICIOUS" and row.reasons:
        further.append(_SHA256.sub(_first_digits, printable(language.reason(row.reasons[0]))))
    lines = [line, *(shortened(f"  {each}", WIDTH) for each in further if each)]
    return [*lines, *_found_by(row, language)] if verbose else lines


def _where(row: TriageRow, language: Language) -> str:
    """Return when, with whom and on which ports."""
    parts = [] if row.first_ts is None or row.last_ts is None else [span(row.first_ts, row.last_ts)]
    first, *others = row.peers or ("-",)
    more = f" +{len(others)}" if others else ""
    other = "client" if row.role == "server" else "server"
    return "  ".join([*parts, f"{language(other)} {first}{more}", ", ".join(row.ports) or "-"])


def _found_by(row: TriageRow, language: Language) -> list[str]:
    """Return lines that are not cut, to be copied from."""
    uids = ", ".join(row.uids[:_HINTED]) or "-"
    flows = ", ".join(row.community_ids[:_HINTED]) or "-"
    more = f" +{len(row.uids) - _HINTED}" if len(row.uids) > _HINTED else ""
    texts = [
        f"uid: {uids}{more}",
        f"community id: {flows}{more}",
        f"Wireshark: {row.filter}",
    ]
    return [f"  {line}" for text in texts for line in wrapped(text, WIDTH - 2)]


def _attacks(overview: Overview, language: Language) -> list[str]:
    """Return the pairs whose flows are called an attack, whether TLS was seen or not."""
    parts = overview.attacks
    lines = [*attack_summary(parts, language), *not_assessed_lines(parts, language)]
    return [part for line in lines for part in wrapped(printable(line), WIDTH)]


def _first_digits(fingerprint: re.Match[str]) -> str:
    """Leave room for the rest of the line; the first digits are enough for ``certs confirm``."""
    return f"{fingerprint[0][:_DIGITS]}…"


def _line(
    verdict: str, figures: Sequence[str], count: str, address: str, name: str, width: int
) -> str:
    final, *others = figures
    before = f"{padded(verdict, 12)} {final:>5}"
    behind = f"{padded(count, 5, '>')} {padded(address, width)}"
    line = f"{before} {' '.join(f'{text:>4}' for text in others)} {behind}"
    room = WIDTH - display_width(line) - 1
    return f"{line} {shortened(name, room)}" if room >= _FEWEST_FOR_NAME else line.rstrip()


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
