"""How precise the numbers of a document are: the same before it is stored and after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import Field, fields, is_dataclass, replace
from functools import cache
from operator import is_
from typing import Any, Final, TypeVar

from verdict.document import DECIMALS

Part = TypeVar("Part")
# Nearly all numbers of a document, see ``verdict.server_row`` and ``verdict.connection_record``.
_ROUNDED_BEFORE: Final = frozenset({"features", "connections"})
_EXACT: Final = frozenset({str, int, bool, type(None)})
_WORDS_OF_EXACT: Final = frozenset(
    {"str", "int", "bool", "None", "tuple", "Verdict", "DatabaseVerdict", "Role", "ServerKey"}
)


def as_stored(part: Part) -> Part:
    """Return a document, or a part of it, with its numbers as precise as it is stored.

    A report made of a document at once and one made of it later would else differ.
    """
    rounded: Part = _rounded(part)
    return rounded


def _rounded(value: Any) -> Any:
    """Return a value with its numbers rounded; what does not change stays the same object."""
    kind: Any = type(value)
    if kind in _EXACT:
        return value
    if isinstance(value, float):
        rounded = round(value, DECIMALS)
        return value if rounded == value else rounded
    if kind is tuple or kind is list:
        items = list(map(_rounded, value))
        return value if all(map(is_, items, value)) else kind(items)
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    return _with_rounded_fields(value, _names(kind))


def _with_rounded_fields(value: Any, names: Sequence[str]) -> Any:
    changed = {}
    for name in names:
        item = getattr(value, name)
        new = item if type(item) in _EXACT else _rounded(item)
        if new is not item:
            changed[name] = new
    return replace(value, **changed) if changed else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    found = fields(kind) if is_dataclass(kind) else ()
    return tuple(each.name for each in found if _may_be_rounded(each))


def _may_be_rounded(field: Field[Any]) -> bool:
    """Return whether a field may hold other than text and whole numbers, by its annotation."""
    words = re.findall(r"\w+", str(field.type))
    return field.name not in _ROUNDED_BEFORE and not _WORDS_OF_EXACT.issuperset(words)
