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
from collections.abc import Iterable, Sequence
from typing import Final

PARTS: Final = 20  # in a pack: few enough to unpack at once, many enough to compress well
_GZIP: Final = 31  # of zlib: with the header of gzip
_LARGEST: Final = 1 << 31  # bytes that packed text may expand to
_PIECES: Final = re.compile(r"(?=<t[rdh]\b|<section|<svg|<path)")


def packs(parts: Iterable[str]) -> str:
    """Return script elements that hold the parts, compressed, ``PARTS`` in each.

    Part n is the entry n % PARTS of the JSON list in the element ``pack-{n // PARTS}``: a list of
    pieces, each of them markup or its place in the list of ``pack-shared``. Empty without parts.
    """
    numbers: dict[str, int] = {}
    cut = [
        array("I", [numbers.setdefault(piece, len(numbers)) for piece in _PIECES.split(part)])
        for part in parts
    ]
    counts = Counter(number for each in cut for number in each)
    often = [number for number, count in counts.most_common() if count > 1]
    places = {number: place for place, number in enumerate(often)}
    pieces = list(numbers)
    stored: list[int | str] = [places.get(number, piece) for number, piece in enumerate(pieces)]
    starts = range(0, len(cut), PARTS)
    elements = [
        _element(str(start // PARTS), [[stored[n] for n in each] for each in cut[start:][:PARTS]])
        for start in starts
    ]
    return "\n".join([_element("shared", [pieces[n] for n in often]), *elements]) if cut else ""


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


def _element(name: str, content: Sequence[object]) -> str:
    letters = packed(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    return f'<script type="application/octet-stream" id="pack-{name}">{letters}</script>'
