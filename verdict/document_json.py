"""The result document as JSON text and back."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from verdict.document import SCHEMA_VERSION, Document
from verdict.errors import DocumentError

_DECIMALS: Final = 6


def to_json(document: Document) -> str:
    """Return the document as JSON text, one line a capture and one a target.

    Numbers are rounded to six decimals (times: microseconds); what is not finite is null.
    """
    return (
        f'{{"schema": {document.schema},\n'
        f' "engine": {_text(document.engine)},\n'
        f' "captures": {_lines(document.captures)},\n'
        f' "attack_classes": {_text(document.attack_classes)},\n'
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
        return round(value, _DECIMALS) if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _built(kind: Any, value: Any) -> Any:
    """Return ``value``, parsed JSON, as the annotated type ``kind``; raises for another shape."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        return kind(**{name: _built(hints[name], value[name]) for name in names})  # type: ignore[operator]  # a class
    origin = get_origin(kind)
    if origin is tuple:
        return tuple(_built(get_args(kind)[0], item) for item in value)
    if origin in (Union, types.UnionType):
        return None if value is None else _built_union(get_args(kind), value)
    if origin is Literal and value not in get_args(kind):
        raise ValueError(f"{value!r} is none of {get_args(kind)}")
    return dict(value.items()) if origin is Mapping else value


def _built_union(kinds: tuple[Any, ...], value: Any) -> Any:
    structured = [kind for kind in kinds if is_dataclass(kind)]
    return _built(structured[0], value) if structured else value
