"""How much each feature moved the sum of some trees for one row: SHAP values.

The values are those that LightGBM and XGBoost give (Lundberg et al., "Consistent individualized
feature attribution for tree ensembles", 2018), in another form. On the way to a leaf of value v
every feature i either lets the row through or not (o is 1 or 0), and let a share z of the training
rows through. Averaged over all orders in which features become known, the leaf adds for feature i

    v (o_i - z_i) * integral over t from 0 to 1 of the product over the others of t o + (1 - t) z

because the integral of t^k (1 - t)^(m - 1 - k) is k! (m - 1 - k)! / m!, the weight that Shapley
gives to k features of m. The integrand is a polynomial: Gauss-Legendre quadrature is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.trees import Indices, Numbers, Trees


@dataclass(frozen=True)
class Quadrature:
    """The integrals over the conditions of those leaves that have equally many.

    ``conditions`` are their numbers, of shape (conditions of a leaf, leaves). The factor of each at
    a point is ``met`` where it lets a row through, else ``unmet``, both of shape (conditions of a
    leaf, points, leaves). ``weights`` are those of the points.
    """

    conditions: Indices
    met: Numbers
    unmet: Numbers
    weights: Numbers

    @classmethod
    def of(cls, conditions: Indices, share: Numbers) -> Quadrature:
        """Prepare the integrals; ``share`` is that of every condition."""
        points, weights = np.polynomial.legendre.leggauss((len(conditions) + 1) // 2)
        t = ((points + 1) / 2)[:, None]
        unmet = share[conditions][:, None, :] * (1 - t)
        return cls(conditions, t + unmet, unmet, weights / 2)

    def integrals(self, through: NDArray[np.bool_]) -> Numbers:
        """Return the integral of each condition over the other conditions of its leaf."""
        factors = np.where(through[self.conditions][:, None, :], self.met, self.unmet)
        integrals: Numbers = np.einsum("p,cpl->cl", self.weights, factors.prod(axis=0) / factors)
        return integrals


@dataclass(frozen=True)
class LeafConditions:
    """What each leaf asks of each feature on its path, sorted by leaf and feature.

    A condition has ``leaf`` (its node), ``feature`` and ``share`` of rows that it lets through, and
    consists of the steps from ``first_step``; a step is a ``node`` and whether it goes ``right``.
    """

    leaf: Indices
    feature: Indices
    share: Numbers
    first_step: Indices
    node: Indices
    right: Indices

    @cached_property
    def quadratures(self) -> list[Quadrature]:
        """What the shares of every row need, prepared once, for each number of conditions."""
        first = np.flatnonzero(np.diff(self.leaf, prepend=-1))
        counts = np.diff(first, append=len(self.leaf))
        return [
            Quadrature.of(first[counts == count] + np.arange(count)[:, None], self.share)
            for count in np.unique(counts)
        ]

    def integrals(self, through: NDArray[np.bool_]) -> Numbers:
        """Return the integral of each condition; ``through`` says whether a row meets it."""
        integrals = np.empty(len(through))
        for quadrature in self.quadratures:
            integrals[quadrature.conditions] = quadrature.integrals(through)
        return integrals

    @classmethod
    def of(cls, trees: Trees) -> LeafConditions:
        """Gather the conditions of all leaves below the roots."""
        leaf, node, right = _steps(trees)
        order = np.lexsort((trees.feature[node], leaf))
        leaf, node, right = leaf[order], node[order], right[order]
        feature = trees.feature[node]
        new = (np.diff(leaf, prepend=-1) != 0) | (np.diff(feature, prepend=-1) != 0)
        first = np.flatnonzero(new)
        share = trees.cover[trees.children[node, right]] / trees.cover[node]
        shares = np.multiply.reduceat(share, first) if len(first) else share
        return cls(leaf[first], feature[first], shares, first, node, right)


def shares(trees: Trees, conditions: LeafConditions, row: Numbers) -> Numbers:
    """Return what each feature of a row of shape (features,) adds to the sum of the trees.

    ``conditions`` are those of the trees. With the mean of the sum over the training rows they
    make the sum for this row.
    """
    if not len(conditions.leaf):
        return np.zeros(len(row))
    met = trees.goes_right(row)[conditions.node] == conditions.right
    through = np.logical_and.reduceat(met, conditions.first_step)
    weights = conditions.integrals(through)
    added = trees.value[conditions.leaf] * (through - conditions.share) * weights
    moved: Numbers = np.bincount(conditions.feature, added, minlength=len(row)).astype(np.float64)
    return moved


def _steps(trees: Trees) -> tuple[Indices, Indices, Indices]:
    """Return (leaf, node, side) of every step on the way from a root to each leaf."""
    nodes = np.flatnonzero(~trees.is_leaf)
    parent = np.full(len(trees.value), -1)
    side = np.zeros(len(trees.value), np.intp)
    for number in (0, 1):
        parent[trees.children[nodes, number]] = nodes
        side[trees.children[nodes, number]] = number
    leaf = np.flatnonzero(trees.is_leaf)
    below, found = leaf, []
    while len(leaf):
        known = parent[below] >= 0
        leaf, below = leaf[known], below[known]
        found.append(np.stack([leaf, parent[below], side[below]]))
        below = parent[below]
    leaves, passed, sides = np.concatenate(found, axis=1)
    return leaves, passed, sides
