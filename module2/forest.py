"""The random forest: how it is grown, and how each feature moved its probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from module2.encoding import Matrix

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.tree import DecisionTreeClassifier

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
    from sklearn.ensemble import RandomForestClassifier

    # Trees are the same however many processors grow them; their mean in service is not.
    forest = RandomForestClassifier(**{**PARAMETERS, **changed}, n_jobs=-1)
    return forest.fit(matrix, labels, sample_weight=weights).set_params(n_jobs=1)


def forest_probabilities(forest: RandomForestClassifier, matrix: Matrix) -> Matrix:
    """Return the probability of malicious for each row."""
    probabilities: Matrix = forest.predict_proba(matrix.astype(np.float32))[:, 1]
    return probabilities


def forest_contributions(forest: RandomForestClassifier, row: Matrix) -> Matrix:
    """Return each feature's share of the probability of one row, of shape (features,).

    Along the path of a tree, the change of the malicious share from a node to the next belongs to
    the feature of the split; over all trees the mean. The sum is the probability less the mean
    share at the roots (Palczewska et al., "Interpreting random forest models using a feature
    contribution method", 2013).
    """
    values = row.reshape(1, -1).astype(np.float32)
    total = np.zeros(values.shape[1])
    for tree in forest.estimators_:
        total += _tree_contributions(tree, values)
    return total / len(forest.estimators_)


def _tree_contributions(tree: DecisionTreeClassifier, values: Any) -> Matrix:
    # Children have higher numbers than their parent, so a path is sorted.
    path = np.sort(tree.tree_.decision_path(values).indices)
    nodes = tree.tree_.value[path, 0, :]
    shares = nodes[:, 1] / nodes.sum(axis=1)
    result = np.zeros(values.shape[1])
    np.add.at(result, tree.tree_.feature[path[:-1]], np.diff(shares))
    return result
