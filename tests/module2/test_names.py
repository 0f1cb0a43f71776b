import polars as pl
import pytest

from module2.names import covered_by, name_facts


def test_one_row_a_distinct_name_in_order() -> None:
    facts = name_facts(pl.Series(["CN=b", None, "CN=a", "CN=b"]))
    assert facts["text"].to_list() == ["CN=a", "CN=b"]


def test_attributes_without_a_value_are_not_there() -> None:
    facts = name_facts(pl.Series(["CN=a,O=,L="])).row(0, named=True)
    assert (facts["o"], facts["l"], facts["only_cn"]) == (False, False, True)


def test_of_several_common_names_the_first_is_taken() -> None:
    assert name_facts(pl.Series(["CN=a.example,CN=b.example"]))["cn"].to_list() == ["a.example"]


def test_no_names_give_no_rows() -> None:
    assert name_facts(pl.Series([None], dtype=pl.String)).is_empty()


@pytest.mark.parametrize(
    ("name", "domains", "expected"),
    [
        ("a.example", ["A.example."], True),
        ("a.example.", ["a.example"], True),
        ("x.a.example", ["*.a.example"], True),
        ("*.a.example", ["*.a.example"], True),
        ("x.y.a.example", ["*.a.example"], False),
        (".a.example", ["*.a.example"], False),
        ("a", ["*.a"], False),
        ("", ["*."], False),
        (None, ["a"], None),
        ("a", None, None),
        ("a", [], False),
    ],
)
def test_cover(name: str | None, domains: list[str] | None, expected: bool | None) -> None:
    names = pl.Series([name], dtype=pl.String)
    lists = pl.Series([domains], dtype=pl.List(pl.String))
    assert covered_by(names, lists).to_list() == [expected]
