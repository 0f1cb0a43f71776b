import json
from pathlib import Path
from typing import Any

import pytest

from evaluation.document import as_json, document, measured

from .scored_tables import small_document

GOLDEN = Path(__file__).parent / "golden"


def first_protocol() -> dict[str, Any]:
    """Return the document of the first way to hold rows out, by server alone."""
    first = small_document()["protocols"][0]
    return document("stored", {}, [{**first, "connections": {}}])


def test_document_is_as_agreed() -> None:
    expected = (GOLDEN / "evaluation.json").read_text(encoding="utf-8")
    assert as_json(first_protocol()) == expected


def test_json_is_the_document() -> None:
    assert json.loads(as_json(small_document())) == small_document()


def test_a_way_to_hold_rows_out_must_be_described() -> None:
    with pytest.raises(KeyError):
        measured("by guessing", {})
