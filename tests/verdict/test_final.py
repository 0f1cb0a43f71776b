import itertools
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.card import write_card
from models.errors import ModelError
from verdict.final import DETECTORS, FOLDER, KIT, Combination, Formula, load, save

COMBINATION = Combination(
    {
        "+".join(names): Formula(-0.5, (0.7,) * size)
        for size in (1, 2, 3)
        for names in itertools.combinations(DETECTORS, size)
    },
    0.4,
)


def rows(*probabilities: tuple[float | None, float | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(probabilities, schema=dict.fromkeys(DETECTORS, pl.Float64), orient="row")


def test_formula_is_applied_to_the_log_odds() -> None:
    # log-odds of 0.5 are 0, of 0.8 are log 4: -0.5 + 0.7 * log 4 = 0.470406…
    assert COMBINATION.probabilities(rows((0.5, 0.8, 0.5)))[0] == pytest.approx(0.615480, abs=1e-6)


def test_the_certificate_of_a_kit_makes_malicious_likelier() -> None:
    table = rows((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), (None, None, None))
    shown = table.with_columns(pl.Series(KIT, [0.0, 0.5, None, 1.0]))
    without, with_kit, unknown, not_assessed = COMBINATION.probabilities(shown)
    assert without == unknown == COMBINATION.probabilities(table)[0]
    # log-odds of -0.5 + 4
    assert with_kit == pytest.approx(0.970688, abs=1e-6)
    assert not_assessed is None


def test_missing_detector_uses_the_formula_without_it() -> None:
    combination = Combination(
        {"gbdt": Formula(0.0, (1.0,)), "module1+gbdt": Formula(5.0, (0.0, 0.0))}, 0.5
    )
    scores = combination.probabilities(rows((None, None, 0.3), (0.9, None, 0.3)))
    assert scores.to_list() == pytest.approx([0.3, 0.993307], abs=1e-6)


def test_no_detector_gives_no_probability() -> None:
    assert COMBINATION.probabilities(rows((None, None, None))).to_list() == [None]


def test_no_rows_give_no_probabilities() -> None:
    assert COMBINATION.probabilities(rows()).len() == 0


share = st.none() | st.floats(0, 1)


@given(st.lists(st.tuples(share, share, share), max_size=8))
@settings(max_examples=50, deadline=None)
def test_any_probabilities_give_a_probability_or_none(values) -> None:
    scores = COMBINATION.probabilities(rows(*values))
    for score, detectors in zip(scores, values, strict=True):
        assert (score is None) == (set(detectors) == {None})
        assert score is None or 0 < score < 1


@given(st.tuples(share, share, share), st.integers(0, 2), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_more_suspicion_never_lowers_the_result(values, position, higher) -> None:
    if values[position] is None or higher < values[position]:
        return
    raised = list(values)
    raised[position] = higher
    before, after = COMBINATION.probabilities(rows(values, tuple(raised)))
    assert after >= before


def saved(models: Path) -> Path:
    save(COMBINATION, models)
    write_card(
        models / FOLDER,
        description="",
        features=DETECTORS,
        thresholds={"final": 0.4},
        metrics={},
        libraries=(),
        training_data=(),
    )
    return models / FOLDER / "combination.json"


def test_combination_is_read_as_it_was_saved(tmp_path: Path) -> None:
    saved(tmp_path)
    assert load(tmp_path) == COMBINATION


def test_changed_byte_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"0.7", b"0.8", 1))
    with pytest.raises(ModelError, match="differs from its card"):
        load(tmp_path)


def test_missing_combination_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="train final"):
        load(tmp_path)


def test_file_of_another_form_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_text("[1]", encoding="utf-8")
    write_card(
        path.parent,
        description="",
        features=DETECTORS,
        thresholds={},
        metrics={},
        libraries=(),
        training_data=(),
    )
    with pytest.raises(ModelError, match="not a combination"):
        load(tmp_path)
