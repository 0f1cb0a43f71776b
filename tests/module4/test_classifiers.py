import numpy as np
import pytest

from module4.classifiers import CLASSIFIERS, Classifier, scores, settings

RANDOM = np.random.default_rng(1)
LABELS = np.repeat([0, 1], 20)
ROWS = np.hstack([RANDOM.random((40, 5)), RANDOM.integers(0, 9, (40, 3)) + LABELS[:, None] * 9])


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda each: each.name)
def test_each_tells_plain_classes_apart_with_every_choice(classifier: Classifier) -> None:
    rows = ROWS.copy()
    rows[:, 5] += 100 * LABELS
    for choice in classifier.choices:
        fitted = classifier.fitted(choice, rows, LABELS, np.ones(40))
        found = scores(fitted, rows)
        assert found[LABELS == 1].mean() > found[LABELS == 0].mean()


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda each: each.name)
def test_weights_count(classifier: Classifier) -> None:
    choice, rows = classifier.choices[-1], RANDOM.random((40, 8))
    means = []
    for weight in (0.05, 20.0):
        weights = np.where(LABELS == 1, weight, 1.0)
        means.append(scores(classifier.fitted(choice, rows, LABELS, weights), rows).mean())
    assert means[0] < means[1]


def test_choices_are_told_without_the_names_of_steps() -> None:
    told = [settings(choice)["tokens"] for each in CLASSIFIERS for choice in each.choices]
    assert set(told) == {"tf", "tf-idf"}
    assert settings(CLASSIFIERS[0].choices[0]) == {"tokens": "tf", "min_samples_leaf": 1}
