"""How ordinary a name is: the mean log-likelihood of its characters under a trigram model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Final

_START: Final = "\x02"
_END: Final = "\x03"
# What an unseen trigram counts for, and over how many characters it is spread (Lidstone smoothing).
_UNSEEN: Final = 0.5
_ALPHABET: Final = 40


@dataclass(frozen=True)
class CharacterModel:
    """Counts of the trigrams of ordinary names, their beginnings and ends included."""

    trigrams: Mapping[str, int]

    @classmethod
    def fit(cls, names: Iterable[str]) -> CharacterModel:
        """Count the trigrams of names, in lower case."""
        return cls(Counter(trigram for name in names for trigram in _trigrams(name)))

    def likelihood(self, name: str) -> float:
        """Return the mean natural logarithm of the probability of each character of a name.

        About -1 to -2 for the names that the model was fitted to, -3 to -4 for random letters.
        """
        found = _trigrams(name)
        return sum(map(self._log_probability, found)) / len(found)

    @cached_property
    def _contexts(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for trigram, count in self.trigrams.items():
            counts[trigram[:2]] += count
        return counts

    def _log_probability(self, trigram: str) -> float:
        seen = self.trigrams.get(trigram, 0) + _UNSEEN
        return log(seen / (self._contexts.get(trigram[:2], 0) + _UNSEEN * _ALPHABET))


def _trigrams(name: str) -> list[str]:
    text = f"{_START}{_START}{name.lower()}{_END}"
    return [text[at : at + 3] for at in range(len(text) - 2)]
