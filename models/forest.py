"""Random forests of scikit-learn as ``models.trees``: what they say, and why."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.trees import Numbers, Trees, in_order, in_single_precision

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

_FEW: Final = 1000  # rows, on which trees grow sooner than threads start


def grown(
    parameters: dict[str, Any], matrix: Numbers, labels: NDArray[Any], weights: Numbers
) -> RandomForestClassifier:
    """Grow a forest on rows (NaN is missing), with one label and one weight each.

    The trees are the same however many processors grow them.
    """
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(**parameters, n_jobs=1 if len(matrix) < _FEW else -1)
    with warnings.catch_warnings():  # of which the threads may leave the filters empty
        forest.fit(matrix, labels, sample_weight=weights)
    # Their mean in service depends on the number of processors.
    return forest.set_params(n_jobs=1)


def trees_of(forest: RandomForestClassifier) -> Trees:
    """Return the trees of a forest of two classes; ``value`` is the share of the second."""
    parts = []
    for estimator in forest.estimators_:
        tree = estimator.tree_
        own = np.arange(tree.node_count)
        sides = [tree.children_left, tree.children_right]
        leaf = tree.children_left < 0
        part = Trees(
            roots=np.zeros(1, np.intp),
            children=np.stack([np.where(leaf, own, side) for side in sides], axis=1),
            feature=np.where(leaf, 0, tree.feature),
            threshold=tree.threshold,
            missing_left=tree.missing_go_to_left.astype(bool),
            value=tree.value[:, 0, 1],
            cover=tree.weighted_n_node_samples,
        )
        parts.append(part)
    return Trees.joined(parts)


def forest_probabilities(trees: Trees, matrix: Numbers) -> Numbers:
    """Return the mean share of each row of (rows, features), as scikit-learn, to the last bit."""
    return trees.of_each_row(in_single_precision(matrix), in_order) / len(trees.roots)


def forest_shares(trees: Trees, row: Numbers) -> Numbers:
    """Return each feature's share of the probability of one row, of shape (features,).

    Along the path of a tree, the change of the malicious share from a node to the next belongs to
    the feature of the split; over all trees the mean. The sum is the probability less the mean
    share at the roots (Palczewska et al., "Interpreting random forest models using a feature
    contribution method", 2013).
    """
    paths = trees.paths(in_single_precision(row))
    changes = np.diff(trees.value[paths], axis=1).ravel()
    total = np.bincount(trees.feature[paths[:, :-1]].ravel(), changes, minlength=len(row))
    mean: Numbers = total / len(trees.roots)
    return mean
