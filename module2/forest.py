"""The random forest: how it is grown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from models.forest import grown
from module2.encoding import Matrix

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

PARAMETERS: Final[dict[str, Any]] = {
    "n_estimators": 200,
    "max_features": 10,
    "min_samples_leaf": 3,
    "random_state": 1,
}


def fit_forest(
    matrix: Matrix, labels: Matrix, weights: Matrix, **changed: Any
) -> RandomForestClassifier:
    """Grow a forest on rows (NaN is missing), labels (1 malicious) and weights of the rows."""
    return grown({**PARAMETERS, **changed}, matrix, labels, weights)


def fitted_forest_probabilities(forest: RandomForestClassifier, matrix: Matrix) -> Matrix:
    """Return the probability of malicious for each row."""
    probabilities: Matrix = forest.predict_proba(matrix.astype(np.float32))[:, 1]
    return probabilities
