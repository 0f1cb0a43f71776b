"""Models of a small table, fitted in a moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from module3.fitting import FOREST
from module3.train import train
from module3.training_rows import TABLE
from tests.module3.labelled_flows import labelled_flows
from training.tables import write_table


def quick(patch: pytest.MonkeyPatch) -> None:
    """Let fitting take a few trees."""
    patch.setitem(FOREST, "n_estimators", 15)
    patch.setattr("module3.fitting.ROUNDS", 8)


def trained(folder: Path) -> Path:
    """Train on the small table and return the folder of the models."""
    table = folder / TABLE
    write_table(table, labelled_flows())
    train(table, folder / "models")
    return folder / "models"
