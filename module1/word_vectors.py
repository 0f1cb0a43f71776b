"""Word vectors of names: gensim's skip-gram at training, a plain table of numbers afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.storage import load_arrays, save_arrays

DIMENSIONS: Final = 8
_WINDOW: Final = 3
_FEWEST: Final = 3
_EPOCHS: Final = 10
_SEED: Final = 1
_DECIMALS: Final = 4
_WORD: Final = re.compile(r"[^\W_]+")

Vectors = NDArray[np.float32]


def words(text: str) -> list[str]:
    """Return the words of a name in lower case: runs of letters and digits."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class WordVectors:
    """A vector for each word; ``vectors`` has shape (number of words, ``DIMENSIONS``)."""

    vocabulary: tuple[str, ...]
    vectors: Vectors

    @cached_property
    def _index(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vocabulary)}

    @classmethod
    def fit(cls, sentences: Sequence[Sequence[str]]) -> WordVectors:
        """Train skip-gram vectors of the words that occur at least three times.

        One worker, a fixed seed and a hash that is the same in every process: the same sentences
        give the same vectors.
        """
        from gensim.models import Word2Vec

        model = Word2Vec(
            vector_size=DIMENSIONS,
            window=_WINDOW,
            min_count=_FEWEST,
            sg=1,
            epochs=_EPOCHS,
            seed=_SEED,
            workers=1,
            hashfxn=_hash,
        )
        model.build_vocab(sentences)
        if not model.wv.index_to_key:
            return cls((), np.zeros((0, DIMENSIONS), np.float32))
        model.train(sentences, total_examples=len(sentences), epochs=_EPOCHS)
        return cls(tuple(model.wv.index_to_key), np.round(model.wv.vectors, _DECIMALS))

    def mean(self, texts: Iterable[str | None]) -> Vectors:
        """Return the mean vector of each text's words, shape (texts, ``DIMENSIONS``).

        Words without a vector do not count; a text without any known word gives NaN.
        """
        means = [self._mean(text) for text in texts]
        return np.array(means, dtype=np.float32).reshape(len(means), DIMENSIONS)

    def _mean(self, text: str | None) -> Vectors:
        known = [self._index[word] for word in words(text or "") if word in self._index]
        if not known:
            return np.full(DIMENSIONS, np.nan, np.float32)
        mean: Vectors = self.vectors[known].mean(axis=0)
        return mean

    def save(self, path: Path) -> None:
        """Write an ``.npz`` archive; the same vectors give the same bytes."""
        words = np.array(self.vocabulary, dtype=np.str_)
        save_arrays(path, {"vectors": self.vectors, "words": words})

    @classmethod
    def load(cls, path: Path) -> WordVectors:
        """Return what ``save`` wrote; raises ``ModelError`` when the file is no such archive."""
        try:
            arrays = load_arrays(path)
            return cls(tuple(arrays["words"].tolist()), arrays["vectors"].astype(np.float32))
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path}: no word vectors ({error})") from None


def _hash(word: str) -> int:
    return crc32(word.encode())
