"""What the model learns of values, apart from labels: how frequent they are, and word vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from models.errors import ModelError
from models.frequency import FrequencyCodes
from models.storage import load_json, save_json
from module1.addresses import OCTET_COLUMNS, SIDES, octet_columns
from module1.derived import NUMBERS, PART_COLUMNS, derived_columns
from module1.word_vectors import DIMENSIONS, WordVectors, words

ENCODERS: Final = "encoders.json"
WORD_VECTORS: Final = "word_vectors.npz"

# The columns that get a frequency code, and the field or part that is counted.
CODED: Final[Mapping[str, str]] = {
    "subject": "tlsSubject",
    "issuer": "tlsIssuerDn",
    "sni": "tlsSni",
    "version": "tlsVersion",
    "port": "destPort",
    **{part: part for part in PART_COLUMNS},
}
# The columns that get word vectors.
TEXTS: Final[Mapping[str, str]] = {
    "subject": "tlsSubject",
    "issuer": "tlsIssuerDn",
    "sni": "tlsSni",
}


@dataclass(frozen=True)
class Encoders:
    """Frequency codes by name of the column, and word vectors, fitted on training rows.

    ``addresses`` says whether columns of addresses are among the features.
    """

    codes: Mapping[str, FrequencyCodes]
    vectors: WordVectors
    addresses: bool = False

    @classmethod
    def fit(cls, rows: pl.DataFrame, *, addresses: bool = False) -> Encoders:
        """Count values and train word vectors; values of fewer than three rows are missing."""
        values = _values(rows, derived_columns(rows))
        codes = {
            name: FrequencyCodes.fit(values[name], rare_is_missing=True)
            for name in _coded(addresses)
        }
        sentences = _sentences(values, [*TEXTS, *(SIDES if addresses else ())])
        return cls(codes, WordVectors.fit(sentences), addresses)

    @property
    def features(self) -> tuple[str, ...]:
        """The columns of ``transform``, in order."""
        codes = [f"{name}_frequency" for name in _coded(self.addresses)]
        vectors = [column for name in self.texts for column in self.vector(name)]
        return (*NUMBERS, *codes, *vectors, *(OCTET_COLUMNS if self.addresses else ()))

    @property
    def texts(self) -> Mapping[str, str]:
        """The names that have word vectors, each with its field."""
        return {**TEXTS, **(SIDES if self.addresses else {})}

    @staticmethod
    def vector(name: str) -> tuple[str, ...]:
        """Return the columns that hold the word vector of a name."""
        return tuple(f"{name}_words_{number}" for number in range(DIMENSIONS))

    def transform(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return one Float64 column for each of ``features``; what is unknown is null.

        ``rows`` has the fields of ``module1.features``; each row's columns depend on that row only.
        """
        derived = derived_columns(rows)
        values = _values(rows, derived)
        codes = [
            code.transform(values[name]).alias(f"{name}_frequency")
            for name, code in self.codes.items()
        ]
        vectors = [self._word_columns(values[name]) for name in self.texts]
        octets = [octet_columns(rows)] if self.addresses else []
        columns = [derived.select(NUMBERS), pl.DataFrame(codes), *vectors, *octets]
        return pl.concat(columns, how="horizontal").select(self.features)

    def _word_columns(self, texts: pl.Series) -> pl.DataFrame:
        distinct = texts.unique(maintain_order=True)
        names = self.vector(texts.name)
        means = pl.DataFrame(self.vectors.mean(distinct), schema=list(names), orient="row")
        table = means.fill_nan(None).cast(pl.Float64).with_columns(text=distinct)
        found = texts.alias("text").to_frame()
        joined = found.join(table, on="text", how="left", nulls_equal=True, maintain_order="left")
        return joined.select(names)

    def save(self, folder: Path) -> None:
        """Write ``encoders.json`` and ``word_vectors.npz``."""
        codes = {name: code.to_json() for name, code in self.codes.items()}
        save_json(folder / ENCODERS, {"codes": codes, "addresses": self.addresses})
        self.vectors.save(folder / WORD_VECTORS)

    @classmethod
    def load(cls, folder: Path) -> Encoders:
        """Return what ``save`` wrote; raises ``ModelError`` when a file cannot be used."""
        path = folder / ENCODERS
        try:
            content = load_json(path)
            addresses = bool(content["addresses"])
            codes = {
                name: FrequencyCodes.from_json(content["codes"][name]) for name in _coded(addresses)
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path}: unusable encoders ({error})") from None
        return cls(codes, WordVectors.load(folder / WORD_VECTORS), addresses)


def _coded(addresses: bool) -> dict[str, str]:
    return {**CODED, **(SIDES if addresses else {})}


def _values(rows: pl.DataFrame, derived: pl.DataFrame) -> pl.DataFrame:
    """Return the values that are counted and read as words, as text, under their column's name.

    Rows without addresses have missing ones.
    """
    every = pl.concat([rows, derived.select(PART_COLUMNS)], how="horizontal")
    values = every.select(
        pl.col(field) if field in every.columns else pl.lit(None, pl.String).alias(field)
        for field in dict.fromkeys(_coded(True).values())
    )
    named = values.select(
        pl.col(field).cast(pl.String).alias(n) for n, field in _coded(True).items()
    )
    return named.with_columns(pl.col("sni").str.to_lowercase().str.strip_chars_end("."))


def _sentences(values: pl.DataFrame, names: Sequence[str]) -> list[list[str]]:
    """Return the words of each distinct combination of names: one sentence a combination."""
    texts = values.select(names).unique(maintain_order=True)
    return [[word for text in row if text for word in words(text)] for row in texts.iter_rows()]
