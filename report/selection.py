"""Which targets of a document are shown, and in which order."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from report.allowlist import Allowlist
from report.attacks import Attacks
from report.triage import TriageRow, triage_row
from verdict.document import Capture, Document, Target

Sort = Literal["probability", "time", "connections", "name", "address"]


@dataclass(frozen=True)
class View:
    """What a person wants to see."""

    allowlist: Allowlist = field(default_factory=Allowlist)
    show_allowed: bool = False
    top: int | None = None
    min_probability: float | None = None
    sort: Sort = "probability"


class Shown(NamedTuple):
    """A target with its row."""

    target: Target
    row: TriageRow


@dataclass(frozen=True)
class Overview:
    """The rows to show in order, and how many servers there are besides.

    ``malicious`` counts all that are not allowed, shown or not; ``hidden`` those that the
    allowlist hides; ``left_out`` those below the least probability or behind the top.
    ``attacks`` are the attack classes of all flows, of each document by itself.
    """

    rows: tuple[TriageRow, ...]
    servers: int
    malicious: int
    hidden: int
    left_out: int
    captures: tuple[Capture, ...]
    attacks: tuple[Attacks, ...] = ()


@dataclass(frozen=True)
class Selection:
    """A document, and those of its targets that are shown, in order."""

    document: Document
    shown: tuple[Shown, ...]
    overview: Overview

    @property
    def visible(self) -> Document:
        """The document without the targets that are not shown."""
        return replace(self.document, targets=tuple(each.target for each in self.shown))


def select(document: Document, view: View, capture: str = "") -> Selection:
    """Return what the view shows of a document; ``capture`` names it in the rows."""
    judged = [
        Shown(each, triage_row(each, view.allowlist.entries_for(each), capture))
        for each in document.targets
    ]
    wanted = [each for each in judged if view.show_allowed or not each.row.allowed_by]
    likely = [each for each in wanted if _reaches(each.row, view.min_probability)]
    shown = sorted(likely, key=lambda each: _SORTS[view.sort](each.row))[: view.top]
    overview = Overview(
        tuple(each.row for each in shown),
        len(judged),
        sum(each.row.verdict == "MALICIOUS" for each in judged if not each.row.allowed_by),
        len(judged) - len(wanted),
        len(wanted) - len(shown),
        document.captures,
        (Attacks.of(document, capture),),
    )
    return Selection(document, tuple(shown), overview)


def together(overviews: Sequence[Overview], view: View) -> Overview:
    """Return several overviews, none of them cut to a top yet, as one."""
    rows = sorted((row for each in overviews for row in each.rows), key=_SORTS[view.sort])
    return Overview(
        tuple(rows[: view.top]),
        sum(each.servers for each in overviews),
        sum(each.malicious for each in overviews),
        sum(each.hidden for each in overviews),
        sum(each.left_out for each in overviews) + len(rows) - len(rows[: view.top]),
        tuple(capture for each in overviews for capture in each.captures),
        tuple(attacks for each in overviews for attacks in each.attacks),
    )


def _reaches(row: TriageRow, least: float | None) -> bool:
    return least is None or (row.probability is not None and row.probability >= least)


def _worst_first(row: TriageRow) -> tuple[Any, ...]:
    likely = 1.0 if row.probability is None else -row.probability
    return row.verdict != "MALICIOUS", likely, row.ip, row.role, row.capture


def _latest_first(row: TriageRow) -> tuple[Any, ...]:
    return (float("inf") if row.last_ts is None else -row.last_ts, *_worst_first(row))


def _most_connections_first(row: TriageRow) -> tuple[Any, ...]:
    return -row.connections, *_worst_first(row)


def _by_name(row: TriageRow) -> tuple[Any, ...]:
    """Order by the last label of names first, so that the hosts of a domain stand together."""
    labels = row.names[0].lower().split(".") if row.names else []
    return not labels, labels[::-1], *_worst_first(row)


def _by_address(row: TriageRow) -> tuple[Any, ...]:
    try:
        address = ipaddress.ip_address(row.ip)
    except ValueError:
        return 0, 0, *_worst_first(row)
    return address.version, int(address), *_worst_first(row)


_SORTS: Final[dict[Sort, Callable[[TriageRow], tuple[Any, ...]]]] = {
    "probability": _worst_first,
    "time": _latest_first,
    "connections": _most_connections_first,
    "name": _by_name,
    "address": _by_address,
}
