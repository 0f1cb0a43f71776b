"""The result document as JSON text and back."""

from __future__ import annotations

import functools
import json
import math
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from verdict.document import SCHEMA_VERSION, Document
from verdict.errors import DocumentError

_DECIMALS: Final = 6
_AS_IT_IS: Final = (str, int)
_LISTS: Final = (list, tuple)


def to_json(document: Document) -> str:
    """Return the document as JSON text, one line a capture and one a target.

    Numbers are rounded to six decimals (times: microseconds); what is not finite is null.
    """
    return (
        f'{{"schema": {document.schema},\n'
        f' "engine": {_text(document.engine)},\n'
        f' "captures": {_lines(document.captures)},\n'
        f' "attack_classes": {_text(document.attack_classes)},\n'
        f' "usual": {_text(document.usual)},\n'
        f' "usual_of_malicious": {_text(document.usual_of_malicious)},\n'
        f' "targets": {_lines(document.targets)}}}\n'
    )


def from_json(text: str) -> Document:
    """Return the document that ``to_json`` wrote; raises ``DocumentError`` for anything else."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"not a result document: no JSON ({error})") from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA_VERSION:
        raise DocumentError(f"not a result document of version {SCHEMA_VERSION}")
    try:
        document: Document = _built(Document, content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError(f"a damaged result document ({error!r})") from None
    return document


def _lines(items: Sequence[object]) -> str:
    return "[" + ",\n  ".join(map(_text, items)) + "]"


def _text(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold, floats rounded."""
    if isinstance(value, float):
        if value.is_integer():  # as most features are, and rounding takes time
            return value
        return round(value, _DECIMALS) if math.isfinite(value) else None
    if value is None or isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, _LISTS):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return {name: _plain(getattr(value, name)) for name in _names_of(value.__class__)}


@functools.cache
def _names_of(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields."""
    return tuple(field.name for field in fields(kind))


def _built(kind: Any, value: Any) -> Any:
    """Return ``value``, parsed JSON, as the annotated type ``kind``; raises for another shape."""
    if is_dataclass(kind):
        return _built_dataclass(kind, value)
    origin = get_origin(kind)
    if origin is tuple:
        return tuple(_built(get_args(kind)[0], item) for item in _checked(value, list))
    if origin in (Union, types.UnionType):
        return None if value is None else _built_union(get_args(kind), value)
    if origin is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{value!r} is none of {get_args(kind)}")
        return value
    if origin is Mapping:
        return {name: _built(get_args(kind)[1], item) for name, item in value.items()}
    if origin is list:
        return [_built(get_args(kind)[0], item) for item in _checked(value, list)]
    return _checked(value, kind)


def _built_dataclass(kind: Any, value: Any) -> Any:
    hints = _hints(kind)
    names = [each.name for each in fields(kind) if each.name in value or _is_needed(each)]
    return kind(**{name: _built(hints[name], value[name]) for name in names})


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _is_needed(field: Field[Any]) -> bool:
    """Return whether a document without the field is damaged rather than of an earlier program."""
    return field.default is MISSING and field.default_factory is MISSING


def _built_union(kinds: tuple[Any, ...], value: Any) -> Any:
    """Return the value as the first of the types that it fits."""
    for kind in kinds:
        if kind is not types.NoneType and (is_dataclass(kind) or _is_of(value, kind)):
            return _built(kind, value)
    raise TypeError(f"{value!r} is none of {kinds}")


def _checked(value: Any, kind: Any) -> Any:
    if not _is_of(value, kind):
        raise TypeError(f"{value!r} is not of type {kind.__name__}")
    return value


def _is_of(value: Any, kind: Any) -> bool:
    """Return whether parsed JSON can stand for a type; a whole number for a float too."""
    plain = get_origin(kind) or kind
    if plain is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if plain is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, plain)
