import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.logs import Logs
from capture.schema import SCHEMAS
from capture.zeek_folder import read_folder
from capture.zeek_format import write_logs
from module2.columns import FEATURES, KEY
from module2.features import ROW_SCHEMA, server_rows
from tests.module2.small_logs import answer, certificate, flow, logs_of, tls

FINGERPRINTS = ("a" * 64, "b" * 64)


def small_logs() -> Logs:
    first, second = FINGERPRINTS
    return logs_of(
        [
            flow(uid="C1", duration=1.5, orig_bytes=10, resp_bytes=20, orig_pkts=1, resp_pkts=2),
            flow(uid="C2", ts=1010.0),
            flow(uid="C3", ts=1025.0, missed_bytes=7),
        ],
        [
            tls(uid="C1", cert_chain_fps=[first, second], server_name="my-a.example"),
            tls(uid="C2", ts=1010.0, cert_chain_fps=[first, second], resumed=False),
            tls(uid="C3", ts=1025.0, version="TLSv13", resumed=True),
        ],
        [
            certificate(
                fingerprint=first,
                subject=r"CN=my-a.example,O=Example\, Inc.",
                san_dns=["my-a.example"],
                key_length=2048,
                key_type="rsa",
            ),
            certificate(fingerprint=second, serial="02"),
        ],
        [answer(query="my-a.example")],
    )


def write_as_zeek_3(logs: Logs, folder: Path) -> None:
    """Write logs as Zeek 3 does: each sighting of a certificate has an identifier of its own."""
    write_logs(logs, folder)
    records: list[dict[str, Any]] = logs.ssl.to_dicts()
    certificates = {each["fingerprint"]: each for each in logs.x509.to_dicts()}
    sightings = []
    for number, record in enumerate(records):
        chain = record.pop("cert_chain_fps") or []
        record.pop("client_cert_chain_fps")
        names = [f"F{number}x{place}" for place in range(len(chain))]
        record["cert_chain_fuids"] = names
        for name, fingerprint in zip(names, chain, strict=True):
            sighting = {**certificates[fingerprint], "id": name, "ts": record["ts"]}
            sightings.append({k: v for k, v in sighting.items() if not k.startswith("fingerprint")})
    for name, rows in (("ssl", records), ("x509", sightings)):
        lines = [json.dumps({k: v for k, v in row.items() if v is not None}) for row in rows]
        (folder / f"{name}.log").write_text("\n".join(lines) + "\n")


def test_rows_have_the_columns_and_types_of_the_schema() -> None:
    rows = server_rows(small_logs())
    assert dict(rows.schema) == ROW_SCHEMA
    assert rows.columns[5:] == list(FEATURES)
    assert rows["certificate"].to_list() == [FINGERPRINTS[0]]


def test_tab_separated_and_json_logs_give_the_same_rows(tmp_path: Path) -> None:
    expected = server_rows(small_logs())
    write_logs(small_logs(), tmp_path / "tsv", "tsv")
    write_logs(small_logs(), tmp_path / "json", "json")
    assert server_rows(read_folder(tmp_path / "tsv")).equals(expected)
    assert server_rows(read_folder(tmp_path / "json")).equals(expected)


def test_logs_of_zeek_3_give_the_same_features(tmp_path: Path) -> None:
    write_as_zeek_3(small_logs(), tmp_path)
    rows = server_rows(read_folder(tmp_path))
    assert rows.drop("certificate").equals(server_rows(small_logs()).drop("certificate"))
    assert rows["certificate"].to_list() != [None]


@pytest.mark.parametrize("name", ["conn", "x509", "dns"])
def test_one_missing_log_leaves_its_features_missing(tmp_path: Path, name: str) -> None:
    write_logs(small_logs(), tmp_path)
    (tmp_path / f"{name}.log").unlink()
    rows = server_rows(read_folder(tmp_path))
    features = {"conn": "number_of_flows", "x509": "self_signed_ratio", "dns": "avg_TTL"}
    assert rows.height == 1
    assert rows["ssl_version"].to_list() == ["TLSv12,TLSv13"]
    assert {log: rows[column][0] is None for log, column in features.items()} == {
        log: log == name for log in features
    }


def test_without_ssl_log_there_is_no_row(tmp_path: Path) -> None:
    write_logs(small_logs(), tmp_path)
    (tmp_path / "ssl.log").unlink()
    assert server_rows(read_folder(tmp_path)).is_empty()


def test_rows_do_not_depend_on_the_order_of_records() -> None:
    logs = small_logs()
    turned = Logs(
        **{name: logs.table(name).reverse() for name in ("conn", "ssl", "x509", "dns")},
        engine_name="test",
        engine_version="1",
    )
    assert server_rows(turned).equals(server_rows(logs))


def test_all_reference_logs_give_whole_rows(shared_data: Path) -> None:
    folders = sorted((shared_data / "zeek-reference").glob("malicious__Dridex*"))
    assert folders
    for folder in folders:
        rows = server_rows(read_folder(folder))
        assert rows["number_of_flows"].is_not_null().all()
        shares = rows.select(pl.col("^.*_ratio$").exclude("^(recv|sent_recv).*$", "ssl_tls_ratio"))
        assert all(column.drop_nulls().is_between(0, 1).all() for column in shares.iter_columns())


SOME_TEXT = st.none() | st.sampled_from(
    ["", "a", "a.example", "*.a.example", "CN=a,O=b", "\\", "-"]
)
SOME_NUMBER = st.none() | st.floats(-1e12, 1e12) | st.just(0.0)
SOME_COUNT = st.none() | st.integers(0, 2**40)
COLUMNS = {
    pl.String(): SOME_TEXT,
    pl.Float64(): SOME_NUMBER,
    pl.Int64(): SOME_COUNT,
    pl.Boolean(): st.none() | st.booleans(),
    pl.List(pl.String()): st.none() | st.lists(SOME_TEXT, max_size=3),
    pl.List(pl.Float64()): st.none() | st.lists(SOME_NUMBER, max_size=3),
    pl.List(pl.Int64()): st.none() | st.lists(SOME_COUNT, max_size=3),
}


def records(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return records with any values, or none, in any column."""
    columns = {column: COLUMNS[kind] for column, kind in SCHEMAS[name].items()}
    columns |= {"uid": st.sampled_from(["C1", "C2"]), "fingerprint": SOME_TEXT}
    return st.lists(
        st.fixed_dictionaries({column: columns[column] for column in SCHEMAS[name]}), max_size=4
    )


@settings(max_examples=60, deadline=None)
@given(records("conn"), records("ssl"), records("x509"), records("dns"))
def test_any_logs_give_rows_with_shares_between_0_and_1(
    conn: list[dict[str, Any]],
    ssl: list[dict[str, Any]],
    x509: list[dict[str, Any]],
    dns: list[dict[str, Any]],
) -> None:
    rows = server_rows(logs_of(conn, ssl, x509, dns))
    assert dict(rows.schema) == ROW_SCHEMA
    assert rows.select(KEY).is_unique().all()
    assert rows.height <= len(ssl)
    shares = [name for name in FEATURES if name.startswith(("is_", "percent_of_", "subject_"))]
    for name in (*shares, "ssl_flow_ratio", "x509_ssl_ratio", "SNI_ssl_ratio", "self_signed_ratio"):
        assert rows[name].drop_nulls().is_between(0, 1).all(), name
