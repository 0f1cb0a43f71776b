"""Parts of a page that are unpacked only when a reader opens them.

Parts are alike in most of their markup. They are cut before each row, cell, section and mark, and a
piece that occurs more than once is stored once, in the element ``pack-shared``.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Final

PARTS: Final = 20  # in a pack: few enough to unpack at once, many enough to compress well
_GZIP: Final = 31  # of zlib: with the header of gzip
_LARGEST: Final = 1 << 31  # bytes that packed text may expand to
_ROWS: Final = re.compile(r"<(?=tr\b)")
_PIECES: Final = re.compile(r"<(?=t[dh]\b|section|svg|path)")
_ROWS_KEPT: Final = 1 << 16  # with the numbers of their pieces
_written: Final = json.JSONEncoder(ensure_ascii=False).encode


def packs(parts: Iterable[str]) -> str:
    """Return script elements that hold the parts, compressed, ``PARTS`` in each.

    Part n is the entry n % PARTS of the JSON list in the element ``pack-{n // PARTS}``: a list of
    pieces, each of them markup or its place in the list of ``pack-shared``. Empty without parts.
    """
    numbers = _Numbers()
    of_row = lru_cache(_ROWS_KEPT)(numbers.of_row)
    cut = [array("I", b"".join(map(of_row, _cut(part, _ROWS)))) for part in parts]
    counts = Counter(chain.from_iterable(cut))
    often = [number for number, count in counts.most_common() if count > 1]
    stored = list(map(_written, numbers))
    elements = [_element("shared", _list(stored[number] for number in often))]
    for place, number in enumerate(often):
        stored[number] = str(place)
    lists = [_list(map(stored.__getitem__, each)) for each in cut]
    for pack, start in enumerate(range(0, len(cut), PARTS)):
        elements.append(_element(str(pack), _list(lists[start : start + PARTS])))
    return "\n".join(elements) if cut else ""


def packed(text: str) -> str:
    """Return text as UTF-8, gzip and base64; the same text gives the same letters."""
    content = text.encode("utf-8", "backslashreplace")
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode("ascii")


def unpacked(letters: str) -> str:
    """Return what ``packed`` was given; raises ``ValueError`` for anything else."""
    stream = zlib.decompressobj(wbits=_GZIP)
    try:
        content = stream.decompress(base64.b64decode(letters, validate=True), _LARGEST)
    except zlib.error as error:
        raise ValueError(f"no packed text ({error})") from None
    if not stream.eof:
        raise ValueError("packed text that is cut off, or too large")
    return content.decode("utf-8")


class _Numbers(dict[str, int]):
    """The number of each piece, in the order in which they are met."""

    def __missing__(self, piece: str) -> int:
        number = self[piece] = len(self)
        return number

    def of_row(self, row: str) -> array[int]:
        """Return the numbers of the pieces of a row."""
        return array("I", map(self.__getitem__, _cut(row, _PIECES)))


def _cut(markup: str, start: re.Pattern[str]) -> list[str]:
    """Return markup in pieces, each but the first from a bracket that ``start`` matches."""
    first, *others = start.split(markup)
    return [first, *(f"<{each}" for each in others)]


def _list(items: Iterable[str]) -> str:
    """Return a list of what is JSON already."""
    return f"[{','.join(items)}]"


def _element(name: str, content: str) -> str:
    return f'<script type="application/octet-stream" id="pack-{name}">{packed(content)}</script>'
