"""The words of reports in the reader's language, from gettext catalogues."""

from __future__ import annotations

import gettext
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from report.notice_forms import MESSAGE, NOTICES, SKIPPED, UNREAD
from report.reason_forms import EVIDENCE, FORMS, OF_ROW, PHRASE

FOLDER: Final = Path(__file__).parent / "translations"
DOMAIN: Final = "detector"
_QUANTITY: Final = re.compile(
    r"(?P<number>-?[\d.,]+) (?P<unit>s|days|bytes|characters|bits|bits a character)"
)
_COUNTED: Final = re.compile(
    r"(?P<number>[\d,.]+) "
    r"(?P<noun>input|document|flow|packet|record|row|certificate|connection|server|"
    r"day|hour|minute|second)s?"
)
# What a place may hold where anything would be too much.
# The others hold anything, such as a name that a certificate's maker has chosen: where two of those
# stand in one sentence, a long one could make matching take very long.
_PLACES: Final = {
    "kind": r"subject and issuer|\S+",
    "client": r"\S+",
    "server": r"\S+",
    "port": r"[^\s,]+",
    "phrase": r"[^:]+",
    "low": r"[^;]{1,40}?",
    "high": r"[^;]{1,40}?",
    "amount": r"[+-][\d.]+",
    "share": r"\d+%|under 1%",
}


class Language:
    """Says messages in one language; what a catalogue lacks is said in English."""

    def __init__(self, code: str = "en") -> None:
        self.code = code
        languages = [] if code == "en" else [code]
        self._catalogue = gettext.translation(
            DOMAIN, FOLDER, languages=languages, fallback=code == "en"
        )

    def __call__(self, message: str, **values: object) -> str:
        """Return a message, ``{name}`` in it replaced by the values."""
        text = self._catalogue.gettext(message) if message else ""  # that of "" is the header
        return text.format(**values) if values else text

    def counted(self, number: int, noun: str) -> str:
        """Return "1 packet" or "2 packets"; the catalogue has "{number} packets"."""
        single, several = f"{{number}} {noun}", f"{{number}} {noun}s"
        message = single if number == 1 and self.code == "en" else several
        return self(message, number=f"{number:,}")

    def reason(self, text: str) -> str:
        """Return a sentence of the document, which is English, in this language."""
        return self._sentence(text, FORMS)

    def notice(self, text: str) -> str:
        """Return a line for the user, which is English, in this language."""
        return self._sentence(text, NOTICES)

    def skipped(self, reason: str) -> str:
        """Return why something was skipped in this language."""
        return self._sentence(reason, SKIPPED)

    def unread(self, reason: str) -> str:
        """Return why an input was not read in this language."""
        return self._sentence(reason, (*UNREAD, *SKIPPED))

    def _sentence(self, text: str, forms: tuple[str, ...]) -> str:
        if self.code == "en":
            return text
        for form, pattern in _patterns(forms):
            # Without its end a form would be looked for from every place where its middle stands.
            match = pattern.fullmatch(text) if text.endswith(_end_of(form)) else None
            if match:
                return self._filled(form, match)
        return text

    def _filled(self, form: str, match: re.Match[str]) -> str:
        """Return the translated form with the values of the match, phrases translated too."""
        values = match.groupdict()
        if PHRASE in values:
            values[PHRASE] = self.phrase(values[PHRASE])
        if OF_ROW in values:
            values[OF_ROW] = self._sentence(values[OF_ROW], EVIDENCE)
        if MESSAGE in values:
            values[MESSAGE] = self.notice(values[MESSAGE])
        inner = {name: self.value(value) for name, value in values.items()}
        return self._catalogue.gettext(form).format(**inner)

    def value(self, text: str) -> str:
        """Return a value with its unit; what is no word of a report stays as it is."""
        match = _QUANTITY.fullmatch(text)
        if match:
            return self(f"{{number}} {match['unit']}", number=match["number"])
        match = _COUNTED.fullmatch(text)
        if match:
            return self(f"{{number}} {match['noun']}s", number=match["number"])
        return self._catalogue.gettext(text) if text else ""

    def phrase(self, text: str) -> str:
        """Return a feature's phrase; one on a frequency names what occurred."""
        pattern = _pattern("how often {what} occurred in training")
        match = pattern.fullmatch(text)
        if match is None:
            return self(text)
        what = self(match["what"])
        return self("how often {what} occurred in training", what=what)


ENGLISH: Final = Language()


@cache
def _patterns(forms: tuple[str, ...]) -> Sequence[tuple[str, re.Pattern[str]]]:
    return [(form, _pattern(form)) for form in forms]


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Return what matches the sentences that a form makes, with its values as groups."""
    parts = re.split(r"\{(\w+)\}", form)
    names = iter(parts[1::2])
    literals = map(re.escape, parts[::2])
    first = next(literals)
    return re.compile(
        first + "".join(f"{_group(next(names))}{each}" for each in literals), re.DOTALL
    )


def _end_of(form: str) -> str:
    return form.rpartition("}")[2]


def _group(name: str) -> str:
    return f"(?P<{name}>{_PLACES.get(name, '.*?')})"
