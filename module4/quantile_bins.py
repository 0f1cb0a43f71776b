"""Numbers as bins of about equal share: what naive Bayes needs in place of numbers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from module4.features import Matrix


class QuantileBins(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # untyped library
    """Turns each column into columns of 0 and 1, one for each bin.

    Attributes
    ----------
    edges_
        The inner edges of the bins of each column, ascending; columns with few values have few.
    """

    def __init__(self, bins: int = 8) -> None:
        self.bins = bins

    def fit(self, rows: Matrix, labels: Any = None) -> Self:
        """Learn the edges from rows of shape (rows, columns)."""
        shares = np.linspace(0, 1, self.bins + 1)[1:-1]
        self.edges_ = [np.unique(np.quantile(column, shares)) for column in rows.T]
        return self

    def transform(self, rows: Matrix) -> Matrix:
        """Return an array of shape (rows, bins of all columns)."""
        columns = [
            (np.searchsorted(edges, column)[:, None] == np.arange(len(edges) + 1)).astype(
                np.float64
            )
            for edges, column in zip(self.edges_, rows.T, strict=True)
        ]
        return np.hstack(columns)
