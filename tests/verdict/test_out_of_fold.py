from pathlib import Path

import polars as pl
import pytest

from models.errors import ModelError
from verdict.out_of_fold import read

from .out_of_fold_tables import write_table, write_tables


def row(**changed: object) -> dict[str, object]:
    return {
        "label": 1,
        "capture": "a.pcap",
        "family": "F",
        "role": "c2",
        "client": "192.168.1.2",
        "server": "203.0.113.1",
        "port": 443,
        "proto": "tcp",
        "certificate": None,
        "probability": 0.5,
        **changed,
    }


def write(models: Path, **tables: list[dict[str, object]]) -> None:
    for detector, rows in tables.items():
        write_table(models / detector, pl.DataFrame(rows))


def test_connections_of_a_server_are_averaged(tmp_path: Path) -> None:
    connections = [row(probability=0.2, uid="C1"), row(probability=0.6, uid="C2")]
    write(tmp_path, module1=connections, random_forest=[row()], gbdt=[row(probability=0.9)])
    found = read(tmp_path).row(0, named=True)
    assert found["module1"] == pytest.approx(0.4)
    assert (found["random_forest"], found["gbdt"], found["label"]) == (0.5, 0.9, 1)


def test_detector_without_a_row_is_missing(tmp_path: Path) -> None:
    other = row(server="203.0.113.2")
    write(tmp_path, module1=[row(uid="C1")], random_forest=[row(), other], gbdt=[row()])
    found = {
        server: rest
        for server, *rest in read(tmp_path)
        .select("server", "module1", "random_forest", "gbdt")
        .iter_rows()
    }
    assert found == {"203.0.113.1": [0.5, 0.5, 0.5], "203.0.113.2": [None, 0.5, None]}


def test_a_certificate_that_one_detector_s_table_tells_is_known(tmp_path: Path) -> None:
    told = row(certificate="ab" * 32)
    write(tmp_path, module1=[row(uid="C1")], random_forest=[row()], gbdt=[told])
    assert read(tmp_path)["certificate"].to_list() == ["ab" * 32]


def test_missing_file_names_the_step_that_makes_it(tmp_path: Path) -> None:
    write_tables(tmp_path)
    (tmp_path / "gbdt" / "out_of_fold.csv.gz").unlink()
    with pytest.raises(ModelError, match="train gbdt"):
        read(tmp_path)


def test_table_without_probabilities_is_refused(tmp_path: Path) -> None:
    write_tables(tmp_path)
    write_table(tmp_path / "gbdt", pl.DataFrame({"label": [1]}))
    with pytest.raises(ModelError, match="no table of out-of-fold probabilities"):
        read(tmp_path)
