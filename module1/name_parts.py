"""Distinguished names in one order, whichever order they were printed in.

Zeek prints a name last part first (RFC 2253), Suricata in the certificate's own order. Which way
round a name was printed cannot be told from the text alone, so its parts are put into a fixed one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from capture.distinguished_name import Attribute, attributes

PARTS: Final = ("C", "ST", "L", "O", "OU", "CN")
_RANK: Final = {part: rank for rank, part in enumerate(PARTS)}
_SYNONYMS: Final = {"S": "ST"}
# What the parser would take for the beginning of another part, or for an escape.
_AMBIGUOUS: Final = re.compile(r"\\|[,;+](?=\s*(?:[A-Za-z][\w.-]*|\d+(?:\.\d+)+)\s*=)")


def parts(text: str) -> tuple[Attribute, ...]:
    """Return (type, value) of each part: C, ST, L, O, OU, CN, then others by type.

    Parts of one type are in order of their values.
    """
    found = [(_SYNONYMS.get(kind, kind), value) for kind, value in attributes(text)]
    return tuple(sorted(found, key=lambda part: (_RANK.get(part[0], len(PARTS)), *part)))


def canonical(text: str) -> str | None:
    r"""Return a name as ``C=US, O=Example, Inc., CN=a.example``; None for one without parts.

    Only what would be taken for the beginning of a part is escaped.
    """
    return ", ".join(f"{kind}={_escaped(value)}" for kind, value in parts(text)) or None


def value_of(name: Sequence[Attribute], wanted: str) -> str | None:
    """Return the value of a part, several joined by a semicolon; None when it is absent."""
    return "; ".join(value for kind, value in name if kind == wanted) or None


def _escaped(value: str) -> str:
    return _AMBIGUOUS.sub(lambda match: "\\" + match.group(), value)
