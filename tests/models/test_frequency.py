import json
from collections.abc import Sequence
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from models.frequency import FEWEST, FrequencyCodes

VALUES = st.lists(st.none() | st.sampled_from("abcdefgh") | st.text(max_size=2), max_size=60)


def column(values: Sequence[str | None]) -> pl.Series:
    return pl.Series("issuer", values, dtype=pl.String)


def test_frequent_values_get_their_counts_and_rare_ones_share_the_number_of_their_rows() -> None:
    codes = FrequencyCodes.fit(column([*"aaaa", *"bbb", *"cc", "d", None]))
    assert codes == FrequencyCodes({"a": 4, "b": 3}, rare_code=3)
    assert codes.transform(column(["b", "a", "c", "d"])).to_list() == [3.0, 4.0, 3.0, 3.0]


def test_a_value_never_seen_gets_the_code_of_rare_ones() -> None:
    codes = FrequencyCodes.fit(column(["a"] * 3 + ["b", "c"]))
    assert codes.transform(column(["never seen"])).to_list() == [2.0]


def test_a_row_alone_gets_the_code_it_gets_among_others() -> None:
    training = column(["a"] * 5 + ["b"] * 3 + ["c"])
    codes = FrequencyCodes.fit(training)
    together = codes.transform(training).to_list()
    alone = [codes.transform(column([value])).item() for value in training]
    assert alone == together


def test_rare_values_are_missing_when_asked() -> None:
    codes = FrequencyCodes.fit(column(["a"] * 3 + ["b"]), rare_is_missing=True)
    assert codes.transform(column(["a", "b", "never seen", None])).to_list() == [
        3.0,
        None,
        None,
        None,
    ]


@given(VALUES, VALUES, st.booleans())
@settings(deadline=None, max_examples=60)
def test_codes_are_counts_of_the_training_rows(
    training: list[str | None], seen: list[str | None], rare_is_missing: bool
) -> None:
    codes = FrequencyCodes.fit(column(training), rare_is_missing=rare_is_missing)
    present = [value for value in training if value is not None]
    rare = sum(present.count(value) < FEWEST for value in present)

    def expected(value: str | None) -> float | None:
        if value is None:
            return None
        if present.count(value) >= FEWEST:
            return float(present.count(value))
        return None if rare_is_missing else float(rare)

    found = codes.transform(column(seen))
    assert found.to_list() == [expected(value) for value in seen]
    assert found.name == "issuer"
    assert found.dtype == pl.Float64


@given(VALUES, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_the_training_rows_does_not_matter(
    training: list[str | None], random: Random
) -> None:
    shuffled = list(training)
    random.shuffle(shuffled)
    one, two = (FrequencyCodes.fit(column(values)) for values in (training, shuffled))
    assert json.dumps(one.to_json()) == json.dumps(two.to_json())


@given(VALUES, st.booleans())
@settings(deadline=None, max_examples=40)
def test_codes_survive_being_written_as_json(
    training: list[str | None], rare_is_missing: bool
) -> None:
    codes = FrequencyCodes.fit(column(training), rare_is_missing=rare_is_missing)
    assert FrequencyCodes.from_json(json.loads(json.dumps(codes.to_json()))) == codes


def test_a_column_with_nothing_but_missing_values_stays_missing() -> None:
    codes = FrequencyCodes({"a": 3}, rare_code=1)
    assert codes.transform(pl.Series("issuer", [None, None])).to_list() == [None, None]
