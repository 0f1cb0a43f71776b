"""Small sets and a model of them, made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from module4.forest import PARAMETERS
from module4.sources import Sources
from module4.templates import read_templates
from module4.train import train, update_sets

from .small_captures import network


@pytest.fixture(scope="session", autouse=True)
def small_forest() -> Iterator[None]:
    """Let few trees do, which tell the few small captures apart as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PARAMETERS, "n_estimators", 10)
        yield


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return network(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="session")
def data(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the good set and the bad set of the small network."""
    folder = tmp_path_factory.mktemp("data")
    sources = Sources(update_good=True, update_bad=True, manifest=manifest)
    update_sets(folder, sources, read_templates())
    return folder


@pytest.fixture(scope="session")
def models(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    train(data, folder, read_templates(), seeds=(1,))
    return folder
