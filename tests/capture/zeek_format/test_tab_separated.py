import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.errors import UnreadableInputError
from capture.schema import CONN, DNS, SSL, X509
from capture.zeek_format import parse_columns, parse_log
from capture.zeek_format.parsed import CUT_LINE

HEADER = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"


def log(fields: str, *rows: str) -> bytes:
    lines = [HEADER + "\t".join(["#fields", *fields.split()]), *rows]
    return ("\n".join(lines) + "\n").encode()


def test_values_have_the_types_of_the_schema() -> None:
    content = log("ts id.orig_p established", "1600000000.25\t443\tT", "2\t80\tF")
    table = parse_log(content, "ssl")
    assert table["ts"].to_list() == [1600000000.25, 2.0]
    assert table["id.orig_p"].to_list() == [443, 80]
    assert table["established"].to_list() == [True, False]


def test_unset_is_null_and_empty_is_empty() -> None:
    content = log("query answers TTLs", "-\t-\t-", "(empty)\t(empty)\t(empty)")
    table = parse_log(content, "dns")
    assert table.select("query", "answers", "TTLs").rows() == [(None, None, None), ("", [], [])]


def test_lists_keep_order_nulls_and_escaped_commas() -> None:
    content = log("answers TTLs", "a\\x2cb,-,c\t1.0,-,3.5")
    assert parse_log(content, "dns").select("answers", "TTLs").row(0) == (
        ["a,b", None, "c"],
        [1.0, None, 3.5],
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a\\x09b", "a\tb"),
        ("O=Go\\\\, Inc.", "O=Go\\, Inc."),
        ("caf\\xc3\\xa9", "café"),
        ("café", "café"),
        ("\\xe9", "\\xe9"),
        ("\\x2d", "-"),
        ("a\\", "a\\"),
    ],
)
def test_escapes(written: str, meant: str) -> None:
    assert parse_log(log("query", written), "dns")["query"][0] == meant


def test_values_that_do_not_parse_are_null() -> None:
    content = log("ts id.orig_p established", "x\ty\tz", "nan\t70000000000000000000\t1")
    table = parse_log(content, "ssl").select("ts", "id.orig_p", "established")
    assert table.rows() == [(None, None, None)] * 2


def test_cut_last_line_is_left_out_and_counted() -> None:
    content = log("ts uid proto", "1\tC1\ttcp", "2\tC2\ttcp")
    parsed = parse_columns(content[:-6], CONN)
    assert parsed.table["uid"].to_list() == ["C1"]
    assert parsed.skipped == {CUT_LINE: 1}


def test_whole_last_line_without_line_end_counts() -> None:
    parsed = parse_columns(log("ts uid", "1\tC1").rstrip(), CONN)
    assert parsed.table["uid"].to_list() == ["C1"]
    assert not parsed.skipped


def test_short_lines_in_the_middle_are_counted() -> None:
    parsed = parse_columns(log("ts uid proto", "1\tC1", "", "2\tC2\tudp", "oops"), CONN)
    assert parsed.table["uid"].to_list() == ["C2"]
    assert parsed.skipped == {CUT_LINE: 2}


def test_columns_are_found_by_name_and_extra_ones_kept_on_demand() -> None:
    content = log("label uid ts", "Malicious\tC1\t1.0")
    assert "label" not in parse_log(content, "conn").columns
    table = parse_log(content, "conn", keep_extra=True)
    assert table.select("ts", "uid", "label").row(0) == (1.0, "C1", "Malicious")
    assert table.columns[-1] == "label"


def test_logs_put_together_may_differ_in_fields() -> None:
    content = log("ts uid", "1\tC1") + b"#close\tx\n" + log("uid ts proto", "C2\t2\tudp")
    table = parse_log(content, "conn")
    assert table.select("ts", "uid", "proto").rows() == [(1.0, "C1", None), (2.0, "C2", "udp")]


def test_marks_come_from_the_header() -> None:
    content = (
        b"#separator \\x7c\n#set_separator|;\n#empty_field|EMPTY\n#unset_field|NULL\n"
        b"#fields|ts|query|answers|TTLs\n1|NULL|a;b|EMPTY\n"
    )
    table = parse_log(content, "dns").select("ts", "query", "answers", "TTLs")
    assert table.row(0) == (1.0, None, ["a", "b"], [])


def test_fields_beyond_those_named_are_left_out() -> None:
    table = parse_log(log("ts uid", "1\tC1\textra", "2\tC2", "3\tC3\tx\ty"), "conn")
    assert table.select("ts", "uid").rows() == [(1.0, "C1"), (2.0, "C2"), (3.0, "C3")]


@pytest.mark.parametrize("rows", [b"", b"\n", b"#types\ttime\n#close\t2026\n"])
def test_log_without_rows(rows: bytes) -> None:
    assert parse_log(log("ts") + rows, "conn").is_empty()


def test_windows_line_ends() -> None:
    content = log("ts uid", "1\tC1").replace(b"\n", b"\r\n")
    assert parse_log(content, "conn").select("ts", "uid").row(0) == (1.0, "C1")


def test_bytes_that_are_not_utf_8_are_shown_as_escapes() -> None:
    content = log("query id.orig_h", "x\t10.0.0.1").replace(b"\nx", b"\ncaf\xe9")
    assert parse_log(content, "dns")["query"][0] == "caf\\xe9"


def test_quotes_are_ordinary_characters() -> None:
    assert parse_log(log("query uid", '"a\tC1'), "dns").select("query", "uid").row(0) == (
        '"a',
        "C1",
    )


def test_a_field_named_twice_counts_once() -> None:
    assert parse_log(log("uid uid ts", "C1\tC2\t1"), "conn")["uid"].to_list() == ["C1"]


@pytest.mark.parametrize("separator", ["\\x0a", "ab", "\\xc3\\xa9", "#"])
def test_separator_that_cannot_be_one(separator: str) -> None:
    content = f"#separator {separator}\n#fields\tts\n1\n".encode()
    with pytest.raises(UnreadableInputError, match="cannot be separated"):
        parse_log(content, "conn")


HEADER_LINES = st.sampled_from(
    ["#separator ", "#fields", "#set_separator", "#unset_field", "#empty_field", "\n", "\t", "ts"]
)


@given(st.lists(HEADER_LINES | st.text(max_size=4), max_size=20).map("".join))
@settings(max_examples=150, deadline=None)
def test_any_header_gives_a_table_or_an_error(text: str) -> None:
    try:
        parsed = parse_columns(text.encode(), CONN, keep_extra=True)
    except UnreadableInputError:
        return
    assert parsed.table.columns[: len(CONN)] == list(CONN)


@given(st.binary(max_size=300), st.sampled_from([CONN, SSL, X509, DNS]))
@settings(max_examples=100, deadline=None)
def test_any_bytes_below_a_header_give_a_table(rows: bytes, schema: dict[str, pl.DataType]) -> None:
    content = log("ts uid proto answers").removesuffix(b"\n") + b"\n" + rows
    try:
        parsed = parse_columns(content, schema)
    except UnreadableInputError:
        return
    assert parsed.table.schema == schema


def test_a_log_of_other_columns_alone_has_rows_of_nulls() -> None:
    table = parse_log(log("weird", "1", "2"), "conn")
    assert (len(table), table["uid"].to_list()) == (2, [None, None])


def test_a_header_that_is_repeated_costs_nothing() -> None:
    section = b"#fields\tts\tuid\n1\tC1\n"
    assert len(parse_log(section * 20_000, "conn")) == 20_000


def test_a_file_of_nothing_but_changing_headers_is_refused() -> None:
    content = b"#fields\tts\n1\n#fields\tuid\nC1\n" * 2000
    with pytest.raises(UnreadableInputError, match="changes 4000 times"):
        parse_log(content, "conn")


def test_a_header_of_very_many_fields_is_refused() -> None:
    with pytest.raises(UnreadableInputError, match="names 5000 fields"):
        parse_log(log(" ".join(f"f{number}" for number in range(5000))), "conn")
