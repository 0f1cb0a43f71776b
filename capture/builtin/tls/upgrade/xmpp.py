"""STARTTLS of XMPP: the elements ``starttls`` and ``proceed`` (RFC 6120, 5.4.2)."""

from __future__ import annotations

import re
from typing import Final

from capture.builtin.tls.upgrade.recogniser import Recogniser

_ASKED: Final = re.compile(rb"<(?:\w+:)?starttls\b[^<>]*/>$|</(?:\w+:)?starttls>$")
_GRANTED: Final = re.compile(rb"<(?:\w+:)?proceed\b[^<>]*/>$|</(?:\w+:)?proceed>$")


def _take_tag(data: bytearray) -> bytes | None:
    """Remove everything up to the end of the first tag from ``data``; return the tag."""
    end = data.find(b">") + 1
    if not end:
        return None
    tag = bytes(data[max(0, data.rfind(b"<", 0, end)) : end])
    del data[:end]
    return tag


class Xmpp(Recogniser):
    """Waits for the request, then for the element that grants it."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = False

    def read_client(self) -> None:
        """Look for the end of ``starttls``; what follows it may already be TLS."""
        while not self._asked and (tag := _take_tag(self.client)) is not None:
            self._asked = _ASKED.match(tag) is not None

    def read_server(self) -> None:
        """Look for the end of ``proceed``."""
        while not self.switched and (tag := _take_tag(self.server)) is not None:
            self.switched = self._asked and _GRANTED.match(tag) is not None
