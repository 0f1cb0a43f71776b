"""The result document as JSON text and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from verdict.document import SCHEMA_VERSION, Document
from verdict.errors import DocumentError
from verdict.precision import as_stored

_DOCUMENTS: Final = msgspec.json.Decoder(Document)


@dataclass(frozen=True)
class _Versioned:
    schema: int


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
    _check_version(text)
    try:
        return _DOCUMENTS.decode(text)
    except (msgspec.ValidationError, RecursionError) as error:
        raise DocumentError(f"a damaged result document ({error})") from None


def _check_version(text: str) -> None:
    try:
        version = msgspec.json.decode(text, type=_Versioned).schema
    except msgspec.ValidationError:
        version = 0
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"not a result document: no JSON ({error})") from None
    if version != SCHEMA_VERSION:
        raise DocumentError(f"not a result document of version {SCHEMA_VERSION}")


def _lines(items: Sequence[object]) -> str:
    return "[" + ",\n  ".join(map(_text, items)) + "]"


def _text(part: object) -> str:
    return msgspec.json.encode(as_stored(part)).decode()
