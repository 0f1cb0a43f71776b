from pathlib import Path

import polars as pl
import pytest

from models.errors import ModelError
from module1.encoders import Encoders
from tests.module1.synthetic import labelled_connections

ROWS = labelled_connections()


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders.fit(ROWS)


def test_columns_are_the_features_and_numbers(encoders: Encoders) -> None:
    table = encoders.transform(ROWS)
    assert tuple(table.columns) == encoders.features
    assert set(table.dtypes) == {pl.Float64()}
    assert table.height == ROWS.height


def test_a_single_row_gets_the_code_it_was_fitted_with(encoders: Encoders) -> None:
    together = encoders.transform(ROWS)
    for number in (0, ROWS.height - 1):
        assert encoders.transform(ROWS[number]).equals(together[number])
    assert together["version_frequency"].unique().sort().to_list() == [24.0]
    assert together["sni_frequency"].drop_nulls().unique().to_list() == [6.0]


def test_a_value_never_seen_is_missing(encoders: Encoders) -> None:
    new = ROWS.head(1).with_columns(
        tlsSubject=pl.lit("CN=never"), tlsSni=pl.lit("zzzz"), destPort=pl.lit(1)
    )
    row = encoders.transform(new).row(0, named=True)
    names = ("subject_frequency", "sni_frequency", "port_frequency", "sni_words_0")
    assert [row[name] for name in names] == [None] * 4
    assert row["issuer_frequency"] == 24.0


def test_a_value_seen_twice_is_missing() -> None:
    rare = ROWS.with_columns(
        tlsSni=pl.when(pl.int_range(pl.len()) < 2).then(pl.lit("rare.one")).otherwise("tlsSni")
    )
    assert Encoders.fit(rare).transform(rare)["sni_frequency"][0] is None


def test_an_sni_counts_whatever_its_case(encoders: Encoders) -> None:
    shouting = ROWS.with_columns(pl.col("tlsSni").str.to_uppercase() + ".")
    found = encoders.transform(shouting)["sni_frequency"]
    assert found.equals(encoders.transform(ROWS)["sni_frequency"])


def test_addresses_ports_of_clients_and_time_are_no_features(encoders: Encoders) -> None:
    elsewhere = ROWS.with_columns(
        srcAddress=pl.lit("172.16.0.1"),
        destAddress=pl.lit("192.0.2.1"),
        srcPort=pl.lit(1),
        ts=pl.lit(0.0),
        eventId=pl.lit("other"),
    )
    assert encoders.transform(elsewhere).equals(encoders.transform(ROWS))


def test_with_addresses_their_columns_are_features_too() -> None:
    wide = Encoders.fit(ROWS, addresses=True)
    added = set(wide.features) - set(Encoders.fit(ROWS).features)
    assert {"client_frequency", "server_octet_4", "client_words_7"} <= added
    assert wide.transform(ROWS)["client_octet_1"].unique().to_list() == [10.0]


def test_rows_without_most_fields_count_too() -> None:
    record = ROWS.select("destPort", "tlsSubject", "tlsIssuerDn", "tlsSni", "tlsVersion").head(1)
    more = Encoders.fit(pl.concat([ROWS, record], how="diagonal"))
    assert more.transform(ROWS)["version_frequency"][0] == 25.0


@pytest.mark.parametrize("addresses", [False, True])
def test_saved_encoders_give_the_same_columns(addresses: bool, tmp_path: Path) -> None:
    fitted = Encoders.fit(ROWS, addresses=addresses)
    fitted.save(tmp_path)
    loaded = Encoders.load(tmp_path)
    assert loaded.features == fitted.features
    assert loaded.transform(ROWS).equals(fitted.transform(ROWS))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"codes": {}, "addresses": false}'])
def test_damaged_encoders_are_a_model_error(
    content: str, tmp_path: Path, encoders: Encoders
) -> None:
    encoders.save(tmp_path)
    (tmp_path / "encoders.json").write_text(content)
    with pytest.raises(ModelError, match=r"encoders\.json"):
        Encoders.load(tmp_path)
