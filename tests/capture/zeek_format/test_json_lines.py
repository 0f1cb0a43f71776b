import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.errors import UnreadableInputError
from capture.schema import CONN, DNS
from capture.zeek_format import parse_columns, parse_log
from capture.zeek_format.parsed import CUT_LINE


def lines(*rows: dict[str, object]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    "time",
    [
        1600000000.123456,
        "2020-09-13T12:26:40.123456Z",
        "2020-09-13T14:26:40.123456+0200",
        "2020-09-13T14:26:40.123456+02:00",
        1600000000123.456,
    ],
)
def test_epoch_seconds_milliseconds_and_iso_times(time: object) -> None:
    table = parse_log(lines({"ts": time, "uid": "C1"}), "conn")
    assert table["ts"][0] == pytest.approx(1600000000.123456, abs=1e-6)


def test_iso_times_without_fraction() -> None:
    table = parse_log(lines({"ts": "2020-09-13T12:26:40Z"}), "conn")
    assert table["ts"][0] == 1600000000.0


def test_validity_in_milliseconds_beside_a_time_in_them() -> None:
    content = lines({"ts": 1600000000000, "certificate.not_valid_before": 1500000000000})
    assert parse_log(content, "x509")["certificate.not_valid_before"].to_list() == [1.5e9]
    content = lines({"ts": 1600000000000, "duration": 2500.0})
    assert parse_log(content, "conn")["duration"].to_list() == [2500.0]


def test_a_whole_number_may_be_written_with_a_fraction() -> None:
    table = parse_log(lines({"orig_bytes": 1000.0}, {"orig_bytes": "7"}), "conn")
    assert table["orig_bytes"].to_list() == [1000, 7]


def test_types_and_lists() -> None:
    content = lines(
        {"id.orig_p": 53, "AA": True, "rejected": False, "answers": ["a,b", "é"], "TTLs": [1, 2.5]}
    )
    table = parse_log(content, "dns")
    assert table.select("id.orig_p", "AA", "rejected", "answers", "TTLs").row(0) == (
        53,
        True,
        False,
        ["a,b", "é"],
        [1.0, 2.5],
    )


def test_fields_left_out_are_null_and_fields_may_differ_from_line_to_line() -> None:
    table = parse_log(lines({"uid": "C1"}, {"ts": 2.0, "service": "ssl"}), "conn")
    assert table.select("ts", "uid", "service").rows() == [(None, "C1", None), (2.0, None, "ssl")]


def test_backslashes_are_those_of_json_alone() -> None:
    table = parse_log(b'{"certificate.subject":"O=Go\\\\, Inc."}\n', "x509")
    assert table["certificate.subject"][0] == "O=Go\\, Inc."


def test_extra_fields_are_kept_on_demand() -> None:
    content = lines({"uid": "C1"}, {"uid": "C2", "label": "Benign"})
    assert "label" not in parse_log(content, "conn").columns
    assert parse_log(content, "conn", keep_extra=True)["label"].to_list() == [None, "Benign"]


@pytest.mark.parametrize("end", [b'{"ts":2.0,"ui', b"null\n", b"[1]\n"])
def test_broken_lines_are_left_out_and_counted(end: bytes) -> None:
    parsed = parse_columns(lines({"ts": 1.0}) + end, CONN)
    assert parsed.table["ts"].to_list() == [1.0]
    assert parsed.skipped == {CUT_LINE: 1}


def test_broken_line_with_extra_fields_kept() -> None:
    parsed = parse_columns(lines({"uid": "C1", "b": 1, "a": "x"}) + b"{", CONN, keep_extra=True)
    assert parsed.table.columns[-2:] == ["a", "b"]
    assert parsed.table.select("a", "b").row(0) == ("x", "1")


def test_wrong_types_are_null_or_single_items() -> None:
    content = lines({"answers": "10.0.0.1", "id.orig_p": "https", "query": None})
    table = parse_log(content, "dns")
    assert table.select("answers", "id.orig_p", "query").row(0) == (["10.0.0.1"], None, None)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["ts", "query", "answers", "TTLs", "AA"]), JSON_VALUES),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 20),
)
@settings(max_examples=80, deadline=None)
def test_any_json_gives_a_table(rows: list[dict[str, object]], cut: int) -> None:
    content = lines(*rows)
    try:
        parsed = parse_columns(content[: len(content) - cut], DNS)
    except UnreadableInputError:
        return
    assert parsed.table.schema == DNS
    assert parsed.table.height <= len(rows)


def test_halves_of_surrogate_pairs_stay_readable() -> None:
    content = b'{"ts": 1.0, "query": "a\\ud800b", "\\udfff": 1}\n{"ts": 2.0, "query": "c"}\n{cut'
    table = parse_log(content, "dns", keep_extra=True)
    assert table["query"].to_list() == ["a\\ud800b", "c"]
    assert "\\udfff" in table.columns


def test_milliseconds_beside_a_time_of_another_log() -> None:
    content = b'{"ts": 1600000000000, "certificate.not_valid_before": "x"}\n'
    table = parse_log(content, "conn", keep_extra=True)
    assert table["ts"].to_list() == [1.6e9]
    assert table["certificate.not_valid_before"].to_list() == ["x"]
