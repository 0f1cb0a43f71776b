"""The words of reports in the reader's language, from gettext catalogues."""

from __future__ import annotations

import gettext
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from report.reason_forms import FORMS, PHRASE

FOLDER: Final = Path(__file__).parent / "translations"
DOMAIN: Final = "detector"
_QUANTITY: Final = re.compile(
    r"(?P<number>-?[\d.,]+) (?P<unit>s|days|bytes|characters|bits|bits a character)"
)


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
        if self.code == "en":
            return text
        for form, pattern in _patterns():
            match = pattern.fullmatch(text)
            if match:
                return self._filled(form, match)
        return text

    def _filled(self, form: str, match: re.Match[str]) -> str:
        """Return the translated form with the values of the match, phrases translated too."""
        values = match.groupdict()
        if PHRASE in values:
            values[PHRASE] = self.phrase(values[PHRASE])
        inner = {name: self.value(value) for name, value in values.items()}
        return self._catalogue.gettext(form).format(**inner)

    def value(self, text: str) -> str:
        """Return a value with its unit; what is no word of a report stays as it is."""
        match = _QUANTITY.fullmatch(text)
        if match:
            return self(f"{{number}} {match['unit']}", number=match["number"])
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
def _patterns() -> Sequence[tuple[str, re.Pattern[str]]]:
    return [(form, _pattern(form)) for form in FORMS]


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Return what matches the sentences that a form makes, with its values as groups."""
    parts = re.split(r"\{(\w+)\}", form)
    names = iter(parts[1::2])
    literals = map(re.escape, parts[::2])
    first = next(literals)
    return re.compile(
        first + "".join(f"(?P<{next(names)}>.*?){each}" for each in literals), re.DOTALL
    )
