from functools import partial

import numpy as np
import polars as pl
import pytest

from module1.contest import CONTEST_SCHEMA
from module1.fitting import Settings, encoded, fit, fit_and_score
from module1.tables import in_table_form
from tests.module1.synthetic import labelled_connections

ROWS = in_table_form(labelled_connections(families=5, per_capture=5))
NO_CONTEST = pl.DataFrame(schema=CONTEST_SCHEMA)
QUICK = partial(Settings, rounds=10)


def contest(label: int, count: int = 30) -> pl.DataFrame:
    """Return records that look like the malicious connections of ``ROWS``."""
    look = ROWS.filter(pl.col("label") == 1).head(1)
    alike = pl.concat([look] * count).with_columns(weakLabel=pl.lit(label, pl.Int64))
    return alike.select(CONTEST_SCHEMA.keys())


def test_held_out_families_are_recognised_by_what_they_share() -> None:
    known = pl.col("family").is_in(["family-4"]) | (pl.col("capture") == "browsing-4")
    probabilities = fit_and_score(ROWS.filter(~known), ROWS.filter(known), NO_CONTEST, QUICK())
    labels = ROWS.filter(known)["label"].to_numpy()
    assert probabilities[labels == 1].min() > probabilities[labels == 0].max()


def test_names_of_the_contest_count_only_when_wanted() -> None:
    records = contest(label=0)
    with_names, _ = fit(ROWS, records, QUICK(contest_labels=frozenset()))
    without, _ = fit(ROWS, records, QUICK(contest_labels=frozenset(), contest_names=False))
    port = [encoders.codes["port"].counts["447"] for encoders in (with_names, without)]
    assert port == [25 + 30, 25]


def test_weak_labels_move_the_score_only_when_wanted() -> None:
    malicious = ROWS.filter(pl.col("label") == 1)
    records = contest(label=0)
    unlabelled = QUICK(contest_labels=frozenset(), contest_weight=5.0)
    believed = QUICK(contest_labels=frozenset({0}), contest_weight=5.0)
    before = fit_and_score(ROWS, malicious, records, unlabelled)
    after = fit_and_score(ROWS, malicious, records, believed)
    assert after.mean() < before.mean()


def test_ignored_columns_are_missing() -> None:
    settings = QUICK(ignored=frozenset({"port_frequency"}))
    encoders, boosters = fit(ROWS, NO_CONTEST, settings)
    column = encoders.features.index("port_frequency")
    assert np.isnan(encoded(encoders, ROWS, settings)[:, column]).all()
    assert all(model.feature_importance()[column] == 0 for model in boosters.lightgbm)


@pytest.mark.parametrize("families", [1, 2])
def test_very_few_families_can_be_fitted_too(families: int) -> None:
    rows = in_table_form(labelled_connections(families=families, per_capture=12))
    probabilities = fit_and_score(rows, rows, NO_CONTEST, QUICK())
    labels = rows["label"].to_numpy()
    assert probabilities[labels == 1].min() > probabilities[labels == 0].max()
