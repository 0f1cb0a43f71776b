"""Small models, trained once for the tests of this folder."""

from pathlib import Path

import polars as pl
import pytest

from module2.table_names import CTU_TABLE, SHIPPED_TABLE, TABLES
from module2.train import TrainingTables, train
from tests.module2.small_table import SMALL_ALGORITHMS, training_table
from training.tables import write_table


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data set of small tables."""
    folder = tmp_path_factory.mktemp("dataset")
    write_table(folder / TABLES / SHIPPED_TABLE, training_table(families=3, captures=3))
    added = training_table(families=1, captures=2).with_columns(capture=pl.lit("ctu"))
    write_table(folder / TABLES / CTU_TABLE, added)
    return folder


@pytest.fixture(scope="session")
def small_models(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a models folder that was trained on ``small_data``."""
    folder = tmp_path_factory.mktemp("models")
    train_small_models(small_data, folder)
    return folder


def train_small_models(data: Path, models: Path) -> None:
    """Train with few trees and one folding."""
    tables = TrainingTables((data / TABLES / SHIPPED_TABLE,), data / TABLES / CTU_TABLE)
    for algorithm in SMALL_ALGORITHMS:
        train(algorithm, tables, models, seeds=(1,))
