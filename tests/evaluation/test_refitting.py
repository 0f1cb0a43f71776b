from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evaluation.feature_groups import ABLATIONS, SERVER_GROUPS
from evaluation.refitting import Request, Trainer, held_out_scores, mean_of_held_out
from evaluation.splits import Origins, grouped
from module1.fitting import Settings
from module2.encoding import Matrix
from tests.evaluation.small_tables import small_tables, small_trainer


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return small_trainer()


def test_scores_are_averaged_over_the_splits_that_hold_a_row_out() -> None:
    parts = [(np.array([0]), np.array([1, 2])), (np.array([1]), np.array([0, 2]))]
    means = mean_of_held_out(parts, [np.array([0.2, 0.4]), np.array([0.6, 0.8])], 4)
    assert means[:3].tolist() == [0.6, 0.2, pytest.approx(0.6)]
    assert np.isnan(means[3])


def test_every_row_is_scored_in_its_own_table(trainer: Trainer) -> None:
    splits = tuple(grouped(Origins.of(trainer.tables), 2, 1))
    detectors = ("module1", "gbdt", "majority")
    scores = held_out_scores([Request(name, splits) for name in detectors], trainer)
    heights = [trainer.rows(name).height for name in detectors]
    assert [len(each) for each in scores] == heights
    assert not any(np.isnan(each).any() for each in scores)


def test_scores_do_not_depend_on_how_many_processes_fit(trainer: Trainer) -> None:
    splits = tuple(grouped(Origins.of(trainer.tables), 2, 1))
    requests = [Request("majority", splits), Request("port and self-signed", splits)]
    alone, together = (held_out_scores(requests, trainer, jobs) for jobs in (1, 2))
    assert [each.tolist() for each in alone] == [each.tolist() for each in together]


def test_left_out_features_are_not_seen_by_the_model() -> None:
    widths: list[int] = []
    plain = small_trainer()

    def fit(matrix: Matrix, labels: Matrix, weights: Matrix) -> Matrix:
        widths.append(matrix.shape[1])
        return labels

    def score(model: Matrix, matrix: Matrix) -> Matrix:
        return np.zeros(len(matrix))

    spy = replace(plain.algorithms[1], fit=fit, probabilities=score)
    splits = tuple(grouped(Origins.of(plain.tables), 2, 1))
    groups = frozenset(ABLATIONS["without DNS"])
    held_out_scores(
        [Request("gbdt", splits), Request("gbdt", splits, groups)],
        replace(plain, algorithms=(spy,)),
    )
    assert widths[0] - widths[-1] == len(SERVER_GROUPS["dns"])


def test_module_1_ignores_left_out_columns_whatever_they_hold() -> None:
    tables = small_tables()
    other = replace(
        tables,
        connections=tables.connections.with_columns(tlsSni=pl.col("eventId") + ".example"),
    )
    groups = frozenset(ABLATIONS["without SNI, certificates and DNS"])
    splits = tuple(grouped(Origins.of(tables), 2, 1))
    first, second = (
        held_out_scores(
            [Request("module1", splits, groups)], Trainer(each, settings=Settings(rounds=3))
        )[0]
        for each in (tables, other)
    )
    assert first.tolist() == second.tolist()


def test_training_rows_of_one_class_say_that_class(trainer: Trainer) -> None:
    origins = Origins.of(trainer.tables)
    labels = origins.rows["label"].to_numpy()
    split = origins.split(np.flatnonzero(labels == 0), np.flatnonzero(labels == 1))
    scores = held_out_scores([Request("gbdt", (split,))], trainer)[0]
    malicious = trainer.tables.servers["label"].to_numpy() == 1
    assert set(scores[malicious].tolist()) == {0.0}
    assert np.isnan(scores[~malicious]).all()
