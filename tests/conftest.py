"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


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
