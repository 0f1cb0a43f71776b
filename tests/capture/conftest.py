"""Fixtures for reading captures: stand-ins for an installed Zeek."""

from collections.abc import Callable
from pathlib import Path

import pytest

MakeZeek = Callable[[str], Path]

_LOGS = """
cat > conn.log <<END
#separator \\x09
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto
1600000000.5\tC$$\t10.0.0.1\t5000\t10.0.0.2\t443\ttcp
END
cat > ssl.log <<END
#separator \\x09
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion
1600000000.6\tC$$\t10.0.0.1\t5000\t10.0.0.2\t443\tTLSv12
END
"""


@pytest.fixture
def make_zeek(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeZeek:
    """Return a function that puts a shell script named zeek on PATH, alone but for system tools."""
    folder = tmp_path / "zeek" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def make(body: str) -> Path:
        zeek = folder / "zeek"
        version = 'if [ "$1" = --version ]; then echo "zeek version 7.0.11"; exit 0; fi\n'
        zeek.write_text(f"#!/bin/sh\n{version}{body}\n")
        zeek.chmod(0o755)
        return zeek

    return make


@pytest.fixture
def working_zeek(make_zeek: MakeZeek) -> Path:
    """Return a stand-in that logs one connection, under another uid in every run."""
    return make_zeek(f'[ "$1 $2" = "-C -r" ] && [ -f "$3" ] || exit 9\n{_LOGS}')


@pytest.fixture
def failing_zeek(make_zeek: MakeZeek) -> Path:
    """Return a stand-in that fails with two lines of message."""
    return make_zeek("echo 'fatal error: no' >&2; echo ' such link type' >&2; exit 1")
