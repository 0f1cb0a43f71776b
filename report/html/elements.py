"""Elements of a page; every text from a document is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from report.text import printable

_SPECIAL: Final = re.compile("[&<>\"']")


def text(value: object) -> str:
    """Return text that shows as it is, whatever characters it holds."""
    shown = printable(str(value))
    return escape(shown) if _SPECIAL.search(shown) else shown


def element(name: str, content: str, **attributes: object) -> str:
    """Return an element around markup; ``class_`` is written class, ``a_b`` as a-b."""
    written = _written(attributes) if attributes else ""
    return f"<{name}{written}>{content}</{name}>"


def code(value: str) -> str:
    """Return text to be copied, such as a filter or a fingerprint."""
    return element("code", text(value))


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    class_: str = "",
    *,
    shows_caption: bool = False,
) -> str:
    """Return a table of markup; the first cell of a row is its heading.

    Only who listens to the page gets a caption that is not shown.
    """
    return table_of(caption, headings, map(row, rows), class_, shows_caption=shows_caption)


def table_of(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[str],
    class_: str = "",
    *,
    shows_caption: bool = False,
) -> str:
    """Return a table as ``table`` does, of rows that are markup already."""
    head = "".join(element("th", heading, scope="col") for heading in headings)
    body = "\n".join(rows)
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(caption)}">'
        f"<table{_written({'class_': class_} if class_ else {})}>"
        + element("caption", escape(caption), **({} if shows_caption else {"class_": "unseen"}))
        + f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def row(cells: Sequence[str]) -> str:
    """Return a row of a table; its first cell is its heading."""
    first, *others = cells
    rest = f"<td>{'</td><td>'.join(others)}</td>" if others else ""
    return f'<tr><th scope="row">{first}</th>{rest}</tr>'


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of terms with their markup; those without any are left out."""
    parts = "".join(
        f"<div>{element('dt', term)}{element('dd', value)}</div>" for term, value in pairs if value
    )
    return element("dl", parts)


def bullets(items: Iterable[str]) -> str:
    """Return a list of markup."""
    return element("ul", "\n".join(element("li", item) for item in items))


def badge(verdict: str, shown: str) -> str:
    """Return a verdict with its colour; the words alone say it too."""
    return element("span", text(shown), class_=f"verdict {verdict.lower().replace(' ', '-')}")


def _written(attributes: dict[str, object]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in attributes.items()
    )
