import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from module1.derived import NUMBERS, PART_COLUMNS, derived_columns, each_once
from module1.features import FIELDS


def derived(**fields: object) -> dict[str, object]:
    row = pl.DataFrame([{**dict.fromkeys(FIELDS), **fields}], schema=FIELDS)
    return derived_columns(row).row(0, named=True)


def test_columns_are_those_announced() -> None:
    assert tuple(derived()) == (*PART_COLUMNS, *NUMBERS)


def test_ratios_are_out_to_in_and_bytes_to_packets() -> None:
    row = derived(bytesOut=9000, pktsOut=9, bytesIn=1500, pktsIn=6)
    assert row["bytes_ratio"] == 6.0
    assert row["packets_ratio"] == 1.5
    assert row["bytes_per_packet_out"] == 1000.0
    assert row["bytes_per_packet_in"] == 250.0


def test_ratios_to_nothing_are_missing() -> None:
    row = derived(bytesOut=9000, pktsOut=9, bytesIn=0, pktsIn=0)
    assert [row[name] for name in NUMBERS if "in" in name.split("_")] == [0.0, 0.0, None]
    assert row["bytes_ratio"] is None
    assert row["packets_ratio"] is None


def test_parts_of_names_and_their_number() -> None:
    row = derived(tlsSubject="C=CH, O=A, B Ltd., OU=X, OU=Y, CN=a.example", tlsIssuerDn="CN=Root")
    assert row["subject_C"] == "CH"
    assert row["subject_O"] == "A, B Ltd."
    assert row["subject_OU"] == "X; Y"
    assert row["subject_L"] is None
    assert row["issuer_CN"] == "Root"
    assert (row["subject_parts"], row["issuer_parts"]) == (5.0, 1.0)
    assert (row["has_issuer"], row["subject_is_issuer"]) == (1.0, 0.0)


def test_without_a_certificate_its_columns_are_missing() -> None:
    row = derived(tlsSni="a.example")
    names = ("subject_parts", "issuer_parts", "subject_is_issuer", "subject_CN_matches_sni")
    assert [row[name] for name in names] == [None] * 4
    assert row["has_issuer"] == 0.0


@pytest.mark.parametrize(
    ("text", "number"),
    [("SSLv3", 0.3), ("TLS 1.0", 1.0), ("TLS 1.3", 1.3), ("DTLS 1.2", 1.2), (None, None)],
)
def test_version_is_a_number(text: str | None, number: float | None) -> None:
    assert derived(tlsVersion=text)["version"] == number


@pytest.mark.parametrize(
    ("name", "sni", "matches"),
    [
        ("www.a-b.example", "WWW.a-b.example.", 1.0),
        ("*.a-b.example", "www.a-b.example", 1.0),
        ("*.a-b.example", "x.www.a-b.example", 0.0),
        ("*.a-b.example", "a-b.example", 0.0),
        ("localhost", "a-b.example", 0.0),
        ("a-b.example", "localhost", 0.0),
        ("localhost", "localhost", 1.0),
        ("localhost", None, None),
    ],
)
def test_common_name_against_sni(name: str, sni: str | None, matches: float | None) -> None:
    assert derived(tlsSubject=f"CN={name}", tlsSni=sni)["subject_CN_matches_sni"] == matches


def test_sni_with_a_hyphen_is_an_sni() -> None:
    row = derived(tlsSni="aa-bb.example")
    assert (row["has_sni"], row["sni_length"], row["sni_labels"]) == (1.0, 13.0, 2.0)
    assert derived()["has_sni"] == 0.0


@given(st.lists(st.none() | st.text(max_size=3), max_size=20))
def test_each_once_is_the_function_of_every_value(values: list[str | None]) -> None:
    calls: list[str] = []

    def length(text: str) -> int:
        calls.append(text)
        return len(text)

    found = each_once(pl.Series("x", values, dtype=pl.String), length, pl.Int64())
    assert found.to_list() == [None if value is None else len(value) for value in values]
    assert len(calls) == len(set(calls))
