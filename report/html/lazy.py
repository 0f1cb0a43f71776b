"""Parts of a page that are unpacked only when a reader opens them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from typing import Final

PARTS: Final = 20  # in a pack: few enough to unpack at once, many enough to compress well


def packs(parts: Sequence[str]) -> str:
    """Return script elements that hold the parts, compressed, ``PARTS`` in each.

    Part n is the entry n % PARTS of the JSON list in the element ``pack-{n // PARTS}``.
    """
    starts = range(0, len(parts), PARTS)
    return "\n".join(
        f'<script type="application/octet-stream" id="pack-{number}">'
        f"{_packed(parts[start : start + PARTS])}</script>"
        for number, start in enumerate(starts)
    )


def _packed(parts: Sequence[str]) -> str:
    content = json.dumps(parts, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode("ascii")
