"""Conversations as a matrix: the measures, then how frequent each known token is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from module4.examples import token_columns
from module4.features import MEASURES, Matrix

FEWEST: Final = 3  # conversations that a token must occur in to be known


def vocabulary(rows: pl.DataFrame) -> tuple[str, ...]:
    """Return the tokens that occur in at least ``FEWEST`` rows, sorted."""
    return tuple(name for name in token_columns(rows) if (rows[name] > 0).sum() >= FEWEST)


def matrix(rows: pl.DataFrame, tokens: Sequence[str]) -> Matrix:
    """Return measures and frequencies of tokens, shape (rows, measures + tokens)."""
    return joined(rows.select(MEASURES).to_numpy(), counts(rows, tokens))


def counts(rows: pl.DataFrame, tokens: Sequence[str]) -> Matrix:
    """Return the counts of tokens, shape (rows, tokens)."""
    if not tokens:
        return np.zeros((len(rows), 0))
    return rows.select(pl.col(list(tokens)).cast(pl.Float64)).to_numpy()


def joined(measures: Matrix, numbers: Matrix) -> Matrix:
    """Return measures beside the frequencies of tokens of which the counts are given."""
    return np.hstack([measures, frequencies(numbers)])


def frequencies(numbers: Matrix) -> Matrix:
    """Return each count as a share of the known tokens of its conversation (term frequency)."""
    total = numbers.sum(axis=1, keepdims=True)
    shares: Matrix = np.divide(numbers, total, out=np.zeros_like(numbers), where=total > 0)
    return shares
