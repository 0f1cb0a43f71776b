"""A folder of logs, stub detectors and a certificate database of their own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from capture.zeek_format import write_logs
from commands.output import be_quiet

from ..verdict.synthetic import sample_logs, stub_models


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a folder of Zeek logs of the made-up network."""
    folder = tmp_path / "office"
    write_logs(sample_logs(), folder)
    return folder


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    return tmp_path / "certificates.sqlite"


@pytest.fixture
def stub_detectors(monkeypatch: pytest.MonkeyPatch, certificates: Path) -> None:
    """Put stub detectors, and a database that is not the user's, in place of the shipped ones."""
    monkeypatch.setattr("verdict.scoring.load_models", lambda folder: stub_models())
    monkeypatch.setattr("verdict.certificates.DEFAULT_PATH", certificates)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Let a command be quiet in this test alone."""
    be_quiet(True)
    yield
    be_quiet(False)
