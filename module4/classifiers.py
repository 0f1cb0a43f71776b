"""The classifiers that are compared: each a scikit-learn pipeline over term frequencies.

Columns are the measures, then counts of tokens. Trees take both as they are; for the linear ones
measures become splines of their logarithms, for naive Bayes bins of equal share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from module4.features import MEASURES, Matrix

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.pipeline import Pipeline

_TREES: Final = 100
_BINS: Final = 8
_TF: Final = "columns__tokens__frequencies__use_idf"
_STEP: Final = "classifier"


@dataclass(frozen=True)
class Classifier:
    """A way to classify; ``choices`` are the hyperparameters among which inner folds choose."""

    name: str
    title: str
    estimator: Callable[[], BaseEstimator]
    measures: Callable[[], BaseEstimator | str]
    tokens: Callable[[], BaseEstimator | str]
    choices: Sequence[Mapping[str, Any]]

    def fitted(
        self, choice: Mapping[str, Any], rows: Matrix, labels: Matrix, weights: Matrix
    ) -> Pipeline:
        """Return the pipeline with these hyperparameters, fitted on weighted rows."""
        pipeline = _pipeline(self.measures(), self.tokens(), self.estimator())
        pipeline.set_params(**choice)
        return pipeline.fit(rows, labels, **{f"{_STEP}__sample_weight": weights})


def scores(pipeline: Pipeline, rows: Matrix) -> Matrix:
    """Return the probability of dangerous, of LinearSVC the distance from its plane."""
    if hasattr(pipeline, "decision_function") and not hasattr(pipeline, "predict_proba"):
        distances: Matrix = pipeline.decision_function(rows)
        return distances
    probabilities: Matrix = pipeline.predict_proba(rows)[:, 1]
    return probabilities


def weighing(choice: Mapping[str, Any]) -> str:
    """Return tf-idf or tf: how a choice weighs tokens."""
    return "tf-idf" if choice.get(_TF) else "tf"


def settings(choice: Mapping[str, Any]) -> dict[str, Any]:
    """Return a choice as values that JSON can hold, by the names of the estimator's parameters."""
    own = {name.rpartition("__")[2]: value for name, value in choice.items() if name != _TF}
    return {"tokens": weighing(choice), **own}


def _pipeline(
    measures: BaseEstimator | str, tokens: BaseEstimator | str, estimator: BaseEstimator
) -> Pipeline:
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import Pipeline

    first_token = len(MEASURES)
    frequencies = Pipeline(
        [
            ("frequencies", TfidfTransformer(norm="l1", use_idf=False)),
            ("dense", _dense()),
            ("prepared", tokens),
        ]
    )
    columns = ColumnTransformer(
        [
            ("measures", measures, slice(0, first_token)),
            ("tokens", frequencies, slice(first_token, None)),
        ],
        sparse_threshold=0,
    )
    return Pipeline([("columns", columns), (_STEP, estimator)])


def _dense() -> BaseEstimator:
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer(_as_array, accept_sparse=True)


def _as_array(values: Any) -> Matrix:
    array: Matrix = values if isinstance(values, np.ndarray) else values.toarray()
    return array


def _as_they_are() -> str:
    return "passthrough"


def _bins() -> BaseEstimator:
    from module4.quantile_bins import QuantileBins

    return QuantileBins(_BINS)


def _splines() -> BaseEstimator:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, SplineTransformer

    logarithm = FunctionTransformer(np.log1p)
    return make_pipeline(logarithm, SplineTransformer(_BINS, degree=2, extrapolation="constant"))


def _scaled() -> BaseEstimator:
    from sklearn.preprocessing import MaxAbsScaler

    return MaxAbsScaler()


def _forest() -> BaseEstimator:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(_TREES, random_state=1)


def _bernoulli() -> BaseEstimator:
    from sklearn.naive_bayes import BernoulliNB

    return BernoulliNB()


def _multinomial() -> BaseEstimator:
    from sklearn.naive_bayes import MultinomialNB

    return MultinomialNB()


def _tree() -> BaseEstimator:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(random_state=1)


def _logistic() -> BaseEstimator:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=2000)


def _linear_svc() -> BaseEstimator:
    from sklearn.svm import LinearSVC

    return LinearSVC(dual=False, max_iter=5000)


def _lightgbm() -> BaseEstimator:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        n_estimators=_TREES,
        learning_rate=0.08,
        min_child_samples=5,
        n_jobs=1,
        random_state=1,
        verbose=-1,
    )


def _choices(parameter: str, values: Sequence[Any]) -> tuple[dict[str, Any], ...]:
    """Return each value with tf, and the second one with tf-idf too."""
    known = [{f"{_STEP}__{parameter}": value, _TF: False} for value in values]
    return (*known, {**known[1], _TF: True})


CLASSIFIERS: Final = (
    Classifier(
        "random_forest",
        "random forest",
        _forest,
        _as_they_are,
        _as_they_are,
        _choices("min_samples_leaf", (1, 2)),
    ),
    Classifier(
        "bernoulli",
        "Bernoulli naive Bayes",
        _bernoulli,
        _bins,
        _as_they_are,
        _choices("alpha", (0.01, 0.1, 1.0)),
    ),
    Classifier(
        "multinomial",
        "multinomial naive Bayes",
        _multinomial,
        _bins,
        _as_they_are,
        _choices("alpha", (0.01, 0.1, 1.0)),
    ),
    Classifier(
        "tree",
        "decision tree",
        _tree,
        _as_they_are,
        _as_they_are,
        _choices("min_samples_leaf", (1, 4, 16)),
    ),
    Classifier(
        "logistic",
        "logistic regression",
        _logistic,
        _splines,
        _scaled,
        _choices("C", (0.1, 1.0, 10.0)),
    ),
    Classifier(
        "linear_svc",
        "LinearSVC",
        _linear_svc,
        _splines,
        _scaled,
        _choices("C", (0.01, 0.1, 1.0)),
    ),
    Classifier(
        "lightgbm",
        "LightGBM",
        _lightgbm,
        _as_they_are,
        _as_they_are,
        _choices("num_leaves", (7, 15)),
    ),
)
BY_NAME: Final = {classifier.name: classifier for classifier in CLASSIFIERS}
