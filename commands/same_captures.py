"""Result documents of the same captures, whose servers and flows count once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from commands.output import notice

if TYPE_CHECKING:
    from verdict.document import Document


class Named(NamedTuple):
    """A document and the file that it was read from."""

    path: Path
    document: Document


def counted_once(named: Sequence[Named]) -> list[Document]:
    """Return the documents without the targets that one before has of the same captures.

    A document of which no target is left is left out. A line tells of it, and of documents that
    have only some captures in common.
    """
    kept: list[Named] = []
    for each in named:
        own = captures_of(each.document)
        same = [one for one in kept if captures_of(one.document) == own]
        if same:
            kept += _new_of(each, same)
        else:
            _tell_shared(each, kept)
            kept.append(each)
    return [each.document for each in kept]


def captures_of(document: Document) -> frozenset[str]:
    """Return what tells which captures a document is of: their bytes, as far as they were read."""
    read = frozenset(each.sha256 for each in document.captures if each.sha256)
    return read or frozenset(each.path for each in document.captures)


def _new_of(named: Named, same: Sequence[Named]) -> list[Named]:
    """Return a document without the targets that others have, nothing if it has no more."""
    known = {(target.ip, target.role) for one in same for target in one.document.targets}
    targets = named.document.targets
    new = tuple(target for target in targets if (target.ip, target.role) not in known)
    if not new or len(new) < len(targets):
        notice(f"{named.path}: the same captures as {same[0].path}; counted once")
    return [named._replace(document=replace(named.document, targets=new))] if new else []


def _tell_shared(named: Named, others: Sequence[Named]) -> None:
    own = captures_of(named.document)
    for other in others:
        if own & captures_of(other.document):
            notice(
                f"{named.path}: some captures are in {other.path} too; "
                "their servers may count more than once"
            )
            return
