"""Detectors that have no section made for them, shown as the document holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from report.html.elements import definitions, table, text
from report.language import Language
from report.text import moment, probability
from verdict.document import Target

_KNOWN: Final = frozenset({"certificate_database", "module1", "random_forest", "gbdt"})
_TITLES: Final = {"attack_class": "Attack classes", "conversation": "Conversations"}
_NAMES: Final = {
    "counts": "flows by class",
    "count": "conversations",
    "first": "one address",
    "second": "other address",
    "first_ts": "first seen",
    "last_ts": "last seen",
    "ts": "time",
    "duration": "seconds",
    "proto": "IP protocol",
    "basis": "rests on",
}
_WORDS: Final = frozenset({"verdict", "attack_class", "basis"})  # whose values are words
_TIMES: Final = frozenset({"ts", "first_ts", "last_ts"})
_ROWS: Final = 100
_UNASSESSED: Final = "NOT ASSESSED"


def further_detectors(target: Target, language: Language) -> Iterator[tuple[str, str]]:
    """Yield title and markup of each further detector that assessed anything."""
    for field in fields(target.detectors):
        result = getattr(target.detectors, field.name)
        if field.name not in _KNOWN and is_dataclass(result) and _assessed(result):
            yield _TITLES.get(field.name, words_of(field.name)), _result(result, language)


def _assessed(result: Any) -> bool:
    return getattr(result, "verdict", None) != _UNASSESSED


def _result(result: Any, language: Language) -> str:
    """Return single values as a list of terms, then each list of records as a table."""
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    single = [
        (language(words_of(name)), text(_written(name, value, language)))
        for name, value in values.items()
        if not isinstance(value, tuple)
    ]
    lists = [value for value in values.values() if isinstance(value, tuple) and value]
    return definitions(single) + "".join(_records(records, language) for records in lists)


def _records(records: tuple[Any, ...], language: Language) -> str:
    shown = records[:_ROWS]
    names = [field.name for field in fields(shown[0])]
    rows = [
        [text(_written(name, getattr(each, name), language)) for name in names] for each in shown
    ]
    caption = language("the first {count} are shown", count=len(shown))
    return table(caption, [text(language(words_of(name))) for name in names], rows)


def _written(name: str, value: Any, language: Language) -> str:
    if value is None:
        return "-"
    if name in _TIMES:
        return moment(value)
    if isinstance(value, float):
        return probability(value)
    if isinstance(value, Mapping):
        return ", ".join(
            f"{language(key)}: {_written(key, item, language)}" for key, item in value.items()
        )
    if isinstance(value, tuple):
        return ", ".join(language.reason(str(each)) for each in value)
    return language(str(value)) if name in _WORDS else language.reason(str(value))


def words_of(name: str) -> str:
    """Return what a field of a result is called."""
    return _NAMES.get(name, name.replace("_", " "))
