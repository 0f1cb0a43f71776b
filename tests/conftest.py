"""Fixtures shared by all tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_user() -> Iterator[None]:
    """Keep settings.toml and the user's environment out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("DETECTOR_"):
                patch.delenv(name)
        patch.setenv("DETECTOR_SETTINGS", os.devnull)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of labelled third-party captures, which users do not have."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the labelled third-party captures, which are not distributed")
    return SHARED_DATA


@pytest.fixture(scope="session")
def pcaps() -> Path:
    """Return the folder of the project's own sample captures."""
    return REPOSITORY / "pcaps"
