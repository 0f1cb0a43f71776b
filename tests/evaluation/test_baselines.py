import numpy as np
import polars as pl
import pytest

from evaluation.baselines import FITTED, on_certificate_list, port_and_self_signed
from tests.module2.small_table import training_table
from verdict.known_certificates import Entry, State


def test_majority_knows_only_how_many_are_malicious() -> None:
    rows = training_table(families=1, captures=3, servers=2)
    assert FITTED["majority"](rows, rows).tolist() == [0.25] * 8


def test_stump_tells_by_port_and_self_signing() -> None:
    base = training_table(families=2, captures=2, servers=1)
    odd = base.with_columns(
        port=pl.when(pl.col("label") == 1).then(8443).otherwise(443).cast(pl.Int64)
    )
    assert port_and_self_signed(odd, odd).tolist() == odd["label"].to_list()
    signed = base.with_columns(self_signed_ratio=pl.col("label").cast(pl.Float64))
    assert port_and_self_signed(signed, signed).tolist() == signed["label"].to_list()


def test_nearest_neighbours_know_the_rows_they_learned() -> None:
    rows = training_table()
    assert np.round(FITTED["nearest neighbours"](rows, rows)).tolist() == rows["label"].to_list()


@pytest.mark.parametrize("name", sorted(FITTED))
def test_scores_are_probabilities_of_the_rows_held_out(name: str) -> None:
    rows = training_table()
    scores = FITTED[name](rows, rows.head(5))
    assert scores.shape == (5,)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_nearest_neighbours_bear_a_feature_that_is_always_missing() -> None:
    rows = training_table().with_columns(avg_TTL=pl.lit(None, pl.Float64))
    assert FITTED["nearest neighbours"](rows, rows.head(3)).shape == (3,)


@pytest.mark.parametrize("state", ["imported", "confirmed"])
def test_listed_certificates_are_found_by_either_fingerprint(state: State) -> None:
    rows = pl.DataFrame({"certificate": ["aa", "bb", "cc", None]})
    entries = [Entry(state, sha256="aa"), Entry(state, sha1="cc")]
    scores = on_certificate_list(rows, entries)
    assert scores is not None
    assert scores.tolist() == [1.0, 0.0, 1.0, 0.0]


def test_what_was_only_learned_is_no_list() -> None:
    rows = pl.DataFrame({"certificate": ["aa"]})
    assert on_certificate_list(rows, [Entry("learned", sha256="aa")]) is None


def test_a_list_of_another_kind_of_fingerprint_tells_nothing() -> None:
    rows = pl.DataFrame({"certificate": ["a" * 64, "b" * 64, "c" * 40, None]})
    assert on_certificate_list(rows, [Entry("imported", sha1="c" * 40)]) is None
    assert on_certificate_list(rows, [Entry("imported", sha256="d" * 64)]) is not None
