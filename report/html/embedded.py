"""The result document within a page, from which any other form can be made again."""

from __future__ import annotations

import re
from typing import Final

from report.html.lazy import packed, unpacked
from verdict.document import Document
from verdict.document_json import to_json
from verdict.errors import DocumentError

_ELEMENT: Final = '<script type="application/octet-stream" id="document">'
_HELD: Final = re.compile(f"{re.escape(_ELEMENT)}([A-Za-z0-9+/=]*)</script>")
_PAGE: Final = "<!DOCTYPE html>"


def embedded(document: Document) -> str:
    """Return the element ``document``: the document as JSON, gzip, base64."""
    return f"{_ELEMENT}{packed(to_json(document))}</script>"


def is_page(text: str) -> bool:
    """Tell whether text is a page rather than a document."""
    return text.startswith(_PAGE)


def document_text(page: str) -> str:
    """Return the JSON that a page holds; raises ``DocumentError`` if there is none."""
    held = _HELD.findall(page)
    if not held:
        raise DocumentError("a page without a result document")
    try:
        return unpacked(held[-1])
    except ValueError as error:
        raise DocumentError(f"a page without a result document ({error})") from None
