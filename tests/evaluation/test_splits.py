from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluation.errors import EvaluationError
from evaluation.splits import (
    Origins,
    Split,
    at_random,
    default_date,
    earlier_and_later,
    grouped,
    one_family_each,
)
from evaluation.tables import LabelledTables
from tests.evaluation.small_tables import FIRST_START, small_tables

# label, capture, family, server, certificate
ROW = st.tuples(
    st.integers(0, 1),
    st.integers(0, 7),
    st.integers(0, 4),
    st.integers(0, 20),
    st.one_of(st.none(), st.integers(0, 12)),
)
ROWS = st.lists(ROW, min_size=6, max_size=40)


def tables(servers: Sequence[tuple], connections: Sequence[tuple]) -> LabelledTables:
    return LabelledTables(frame(servers), frame(connections), None, pl.DataFrame())


def frame(rows: Sequence[tuple]) -> pl.DataFrame:
    columns = ["label", "capture", "family", "server", "certificate"]
    made = [
        (
            label,
            f"capture{capture}",
            f"F{family}" if label else "",
            f"8.8.8.{server}",
            None if certificate is None else f"c{certificate}",
        )
        for label, capture, family, server, certificate in rows
    ]
    kinds = dict.fromkeys(columns, pl.String) | {"label": pl.Int64}
    return pl.DataFrame(made, schema=kinds, orient="row").with_columns(
        ts=FIRST_START + pl.col("capture").str.tail(1).cast(pl.Float64) * 86400
    )


def both_sides(made: LabelledTables, split: Split, column: str, malicious: bool) -> tuple[set, set]:
    """Return the values of a column, in both tables, that are trained on and held out."""
    sides: tuple[set, set] = set(), set()
    parts = ((made.servers, split.servers), (made.connections, split.connections))
    for rows, part in parts:
        for side, numbers in zip(sides, part, strict=True):
            chosen = rows[numbers]
            kept = chosen.filter(label=1) if malicious else chosen
            side.update(kept[column].drop_nulls())
    return sides


def shared(made: LabelledTables, split: Split, columns: Sequence[str]) -> dict[str, set]:
    found = {
        column: set.intersection(*both_sides(made, split, column, column == "family"))
        for column in columns
    }
    return {column: values for column, values in found.items() if values}


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.integers(2, 4))
def test_folds_share_no_family_capture_server_or_certificate(servers, connections, folds) -> None:
    made = tables(servers, connections)
    origins = Origins.of(made)
    try:
        splits = grouped(origins, folds, 1)
    except EvaluationError:
        assume(False)
    for split in splits:
        assert not shared(made, split, ("capture", "family", "server", "certificate"))
    held = sorted(number for split in splits for number in split.servers[1].tolist())
    assert held == list(range(len(servers)))


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS)
def test_a_family_left_out_is_nowhere_in_training(servers, connections) -> None:
    made = tables(servers, connections)
    origins = Origins.of(made)
    splits = one_family_each(origins)
    assert len(splits) == origins.rows.filter(label=1)["family"].n_unique()
    for split in splits:
        assert not shared(made, split, ("capture", "family", "server", "certificate"))
        held_out = made.servers[split.servers[1]]
        assert held_out["label"].sum() == held_out.height
        assert held_out["family"].n_unique() <= 1


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.integers(1, 7))
def test_later_captures_share_no_capture_server_or_certificate(servers, connections, day) -> None:
    made = tables(servers, connections)
    origins = Origins.of(made)
    moment = date(2017, 7, 14 + day)
    try:
        earlier, later = earlier_and_later(origins, moment)
    except EvaluationError:
        assume(False)
    split = origins.split(earlier, later)
    assert not shared(made, split, ("capture", "server", "certificate"))
    starts = origins.rows["start"]
    assert starts[earlier].max() < starts[later].min()


def test_captures_whose_clock_was_not_set_are_on_neither_side() -> None:
    made = small_tables()
    unset = pl.when(pl.col("capture") == "n0").then(5.0).otherwise("ts")
    made = replace(made, connections=made.connections.with_columns(ts=unset))
    origins = Origins.of(made)
    sides = earlier_and_later(origins, date(2017, 7, 16))
    assert all("n0" not in origins.rows["capture"][side].to_list() for side in sides)


def test_a_day_with_one_class_before_it_divides_nothing() -> None:
    with pytest.raises(EvaluationError, match="both classes"):
        earlier_and_later(Origins.of(small_tables()), date(2017, 7, 1))


def test_default_day_is_that_of_the_malicious_capture_in_the_middle() -> None:
    assert default_date(Origins.of(small_tables(families=5))) == date(2017, 7, 16)


def test_without_malicious_times_there_is_no_default_day() -> None:
    made = small_tables()
    made = replace(made, connections=made.connections.with_columns(ts=pl.lit(None, pl.Float64)))
    with pytest.raises(EvaluationError, match="split by time"):
        default_date(Origins.of(made))


def test_too_few_families_hold_nothing_out() -> None:
    with pytest.raises(EvaluationError, match="two malicious families"):
        grouped(Origins.of(small_tables(families=1)), 5, 1)


def test_folds_inside_some_origins_touch_no_others() -> None:
    origins = Origins.of(small_tables())
    earlier, later = earlier_and_later(origins, date(2017, 7, 16))
    outside = set(origins.split(earlier, later).servers[1].tolist())
    for split in grouped(origins, 2, 1, within=earlier):
        assert not outside & {*split.servers[0].tolist(), *split.servers[1].tolist()}


def test_random_folds_have_both_classes_and_leak_captures() -> None:
    made = small_tables()
    splits = at_random(made, 3, 2)
    assert len(splits) == 6
    assert any(shared(made, split, ("capture",)) for split in splits)
    for split in splits:
        assert set(made.servers["label"][split.servers[1]]) == {0, 1}


def test_random_folds_are_no_more_than_rows_of_a_class() -> None:
    made = few_malicious(3)
    assert len(at_random(made, 5, 1)) == 3


def test_one_row_of_a_class_cannot_be_drawn() -> None:
    with pytest.raises(EvaluationError, match="two malicious and two normal servers"):
        at_random(few_malicious(1), 5, 1)


def few_malicious(count: int) -> LabelledTables:
    """Return tables with so many malicious servers."""
    made = small_tables()
    malicious = made.servers.filter(label=1).head(count)
    return replace(made, servers=pl.concat([malicious, made.servers.filter(label=0)]))
