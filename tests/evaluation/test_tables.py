from pathlib import Path

import pytest

from evaluation.errors import EvaluationError
from evaluation.tables import read_tables
from module1.tables import CONNECTIONS
from module2.table_names import CTU_TABLE, MERGED_TABLE, SHIPPED_TABLE, TABLES
from tests.evaluation.small_tables import small_tables
from training.tables import write_table


def test_tables_of_a_data_set_are_those_that_training_reads(tmp_path: Path) -> None:
    made = small_tables()
    write_table(tmp_path / TABLES / MERGED_TABLE, made.servers)
    write_table(tmp_path / TABLES / CTU_TABLE, made.servers.head(3))
    write_table(tmp_path / CONNECTIONS, made.connections)
    found = read_tables(tmp_path)
    assert found.servers.height == made.servers.height
    assert found.connections.height == made.connections.height
    assert found.added is not None
    assert found.added.height == 3
    assert found.contest.is_empty()


def test_equal_servers_count_once(tmp_path: Path) -> None:
    made = small_tables()
    write_table(tmp_path / TABLES / SHIPPED_TABLE, made.servers)
    write_table(tmp_path / TABLES / MERGED_TABLE, made.servers)
    write_table(tmp_path / CONNECTIONS, made.connections)
    found = read_tables(tmp_path)
    assert found.servers.height == made.servers.height
    assert found.added is None


def test_missing_tables_are_told_with_what_makes_them(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"python project\.py features"):
        read_tables(tmp_path)


def test_one_class_alone_cannot_be_measured(tmp_path: Path) -> None:
    made = small_tables()
    write_table(tmp_path / TABLES / SHIPPED_TABLE, made.servers.filter(label=0))
    with pytest.raises(EvaluationError, match="malicious and normal"):
        read_tables(tmp_path)


def test_missing_connections_are_told(tmp_path: Path) -> None:
    write_table(tmp_path / TABLES / SHIPPED_TABLE, small_tables().servers)
    with pytest.raises(EvaluationError, match=CONNECTIONS):
        read_tables(tmp_path)
