from pathlib import Path

import polars as pl
import pytest

from module1.contest import CONTEST_SCHEMA
from module1.tables import (
    ADDED,
    CONNECTIONS,
    CONNECTIONS_SCHEMA,
    CONTEST,
    in_table_form,
    read_connections,
    read_contest_copy,
)
from tests.module1.synthetic import labelled_connections
from training.tables import TableError, write_table


def test_table_form_has_the_fields_then_label_and_origin() -> None:
    table = in_table_form(labelled_connections())
    assert table.columns == [*CONNECTIONS_SCHEMA]
    after = table.columns[table.columns.index("label") :]
    origin = ["capture", "family", "role", "client", "server", "port", "proto", "certificate"]
    assert after == ["label", *origin]


def test_written_rows_are_read_again(tmp_path: Path) -> None:
    rows = in_table_form(labelled_connections())
    write_table(tmp_path / CONNECTIONS, rows)
    assert read_connections(tmp_path).equals(rows)


def test_added_rows_join_the_others(tmp_path: Path) -> None:
    rows = in_table_form(labelled_connections())
    malicious = pl.col("label") == 1
    write_table(tmp_path / CONNECTIONS, rows.filter(malicious))
    write_table(tmp_path / ADDED, rows.filter(~malicious))
    assert read_connections(tmp_path).equals(rows)


def test_a_connection_that_is_in_both_tables_counts_once(tmp_path: Path) -> None:
    rows = in_table_form(labelled_connections())
    seen_again = rows.with_columns(
        capture=pl.lit("Malicious__copy"),
        family=pl.lit("copy"),
        ts=pl.col("ts") + 1e-8,  # as in a Zeek log
        label=1 - pl.col("label"),
    )
    other = seen_again.head(2).with_columns(
        eventId=pl.Series([None, "another"], dtype=pl.String), label=pl.lit(1, pl.Int64)
    )
    write_table(tmp_path / CONNECTIONS, rows)
    write_table(tmp_path / ADDED, pl.concat([seen_again, other]))
    found = read_connections(tmp_path)
    assert set(found.filter(capture="Malicious__copy")["eventId"]) == {"another", None}
    assert found.filter(pl.col("capture") != "Malicious__copy").equals(rows)


def test_no_table_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=CONNECTIONS):
        read_connections(tmp_path)


def test_a_folder_without_contest_records_has_none(tmp_path: Path) -> None:
    assert read_contest_copy(tmp_path).is_empty()
    record = pl.DataFrame([dict.fromkeys(CONTEST_SCHEMA)], schema=CONTEST_SCHEMA)
    full = record.with_columns(destPort=pl.lit(443, pl.Int64))
    write_table(tmp_path / CONTEST, full)
    assert read_contest_copy(tmp_path).equals(full)
