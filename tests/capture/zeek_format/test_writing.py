import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.logs import Logs, empty_table
from capture.schema import DNS, SCHEMAS
from capture.zeek_format import parse_log, write_logs
from capture.zeek_format.writing import Form, log_bytes


def dns_table(**columns: list[object]) -> pl.DataFrame:
    given_columns = pl.DataFrame(columns, schema={name: DNS[name] for name in columns})
    return pl.concat([empty_table("dns"), given_columns], how="diagonal")


def rows_of(table: pl.DataFrame) -> list[str]:
    text = log_bytes(table, "dns").decode()
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_header_is_zeeks() -> None:
    lines = log_bytes(empty_table("dns"), "dns").decode().splitlines()
    assert lines[:5] == [
        "#separator \\x09",
        "#set_separator\t,",
        "#empty_field\t(empty)",
        "#unset_field\t-",
        "#path\tdns",
    ]
    assert lines[5].split("\t") == ["#fields", *DNS]
    types = dict(zip(DNS, lines[6].split("\t")[1:], strict=True))
    assert types["ts"] == "time"
    assert types["id.orig_p"] == "port"
    assert types["rtt"] == "interval"
    assert types["answers"] == "vector[string]"
    assert types["TTLs"] == "vector[interval]"
    assert types["AA"] == "bool"
    assert types["trans_id"] == "count"


def test_values_are_printed_as_zeek_prints_them() -> None:
    table = dns_table(
        ts=[1600000000.123456],
        trans_id=[7],
        AA=[True],
        TC=[False],
        query=["a\tb\\c\x7f"],
        answers=[["x,y", None, ""]],
        TTLs=[[60.0, 0.5]],
    )
    values = dict(zip(DNS, rows_of(table)[0].split("\t"), strict=True))
    assert values["ts"] == "1600000000.123456"
    assert values["trans_id"] == "7"
    assert (values["AA"], values["TC"], values["RD"]) == ("T", "F", "-")
    assert values["query"] == "a\\x09b\\\\c\\x7f"
    assert values["answers"] == "x\\x2cy,-,(empty)"
    assert values["TTLs"] == "60.000000,0.500000"


def test_reserved_words_as_values_are_escaped() -> None:
    table = dns_table(query=["-", "(empty)", ""], answers=[["-"], [], [""]])
    got = [line.split("\t") for line in rows_of(table)]
    fields = list(DNS)
    query, answers = fields.index("query"), fields.index("answers")
    assert [row[query] for row in got] == ["\\x2d", "\\x28empty)", "(empty)"]
    assert [row[answers] for row in got] == ["\\x2d", "(empty)", "(empty)"]


def test_json_leaves_out_unset_fields_and_nothing_else() -> None:
    table = dns_table(
        ts=[1.5, None], query=['tricky "uid":null,', ',}"x":null'], answers=[None, ["a"]]
    )
    objects = [json.loads(line) for line in log_bytes(table, "dns", "json").splitlines()]
    assert objects == [
        {"ts": 1.5, "query": 'tricky "uid":null,'},
        {"query": ',}"x":null', "answers": ["a"]},
    ]


TEXT = st.text(max_size=6).filter(lambda text: "\\x" not in text)
ITEM = TEXT.filter(bool)


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(0, 4 * 10**15).map(lambda micros: micros / 1e6),
            st.none() | TEXT,
            st.none() | st.integers(0, 65535),
            st.none() | st.booleans(),
            # A list of nothing but one unset item looks like an unset list in Zeek's own logs.
            st.none() | st.lists(st.none() | ITEM, max_size=3).filter(lambda it: it != [None]),
        ),
        max_size=4,
    ),
    st.sampled_from(["tsv", "json"]),
)
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_again(rows: list[tuple[object, ...]], form: Form) -> None:
    names = ["ts", "query", "qtype", "AA", "answers"]
    columns = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    table = dns_table(**columns)
    again = parse_log(log_bytes(table, "dns", form), "dns")
    assert again.drop("ts").equals(table.drop("ts"))
    assert (again["ts"] - table["ts"]).abs().fill_null(0).max() in (
        None,
        pytest.approx(0, abs=1e-6),
    )


def test_extra_columns_are_written_after_the_others() -> None:
    table = dns_table(uid=["C1"]).with_columns(label=pl.lit("Malicious"))
    assert rows_of(table)[0].endswith("\tMalicious")


@pytest.mark.parametrize("form", ["tsv", "json"])
def test_a_folder_gets_one_file_a_table(tmp_path: Path, form: Form) -> None:
    tables = {name: empty_table(name) for name in SCHEMAS}
    logs = Logs(**tables, engine_name="builtin", engine_version="1")
    logs = replace(logs, dns=dns_table(uid=["C1"]))
    write_logs(logs, tmp_path / "new" / "folder", form)
    written = {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()}
    assert sorted(written) == ["conn.log", "dns.log", "ssl.log", "x509.log"]
    assert parse_log(written["dns.log"], "dns")["uid"].to_list() == ["C1"]
