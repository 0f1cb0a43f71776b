"""Runs an installed Zeek over a capture and reads the logs that it writes."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from capture.builtin.files.source import PlainFile, open_source
from capture.errors import EngineError
from capture.logs import CaptureInfo, Logs, empty_table
from capture.schema import SCHEMAS
from capture.zeek_folder import holds_logs, read_folder
from capture.zeek_format.stable_ids import with_stable_ids

_VERSION: Final = re.compile(r"version (\S+)")
_LONGEST_MESSAGE: Final = 300


def find_zeek() -> Path | None:
    """Return the zeek on PATH, None if there is none."""
    found = shutil.which("zeek")
    return Path(found).absolute() if found else None


@functools.cache
def zeek_version(zeek: Path) -> str:
    """Return its version, as ``7.0.11``, or ``unknown``.

    Raises ``EngineError`` if it does not run.
    """
    answer = _run([str(zeek), "--version"], Path.cwd())
    found = _VERSION.search(answer.stdout + answer.stderr)
    return found[1] if found else "unknown"


def run_zeek(zeek: Path, capture: Path, decompressed_limit: int | None = None) -> Logs:
    """Return what ``zeek -C -r`` logs for the capture, decompressed first where need be.

    Connection ids do not depend on the run. Raises ``EngineError`` with Zeek's own message in one
    line if it fails, ``UnreadableInputError`` if the capture cannot be opened or
    expands to more than ``decompressed_limit`` bytes (see ``builtin.files.source``).
    """
    version = zeek_version(zeek)
    with tempfile.TemporaryDirectory() as folder:
        logs_folder = Path(folder, "logs")
        logs_folder.mkdir()
        plain = _decompressed(capture, Path(folder), decompressed_limit)
        result = _run([str(zeek), "-C", "-r", str(plain)], logs_folder)
        if result.returncode:
            raise EngineError(f"zeek failed on {capture}: {_failure(result, folder)}")
        logs = read_folder(logs_folder) if holds_logs(logs_folder) else _no_logs()
    with capture.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    info = replace(logs.captures[0], path=str(capture), sha256=digest)
    return replace(
        with_stable_ids(logs), engine_name="zeek", engine_version=version, captures=(info,)
    )


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise EngineError(f"{command[0]}: cannot be run: {error.strerror}") from None


def _decompressed(capture: Path, folder: Path, limit: int | None) -> Path:
    """Return a path that Zeek can read: the capture itself unless it is compressed."""
    with contextlib.closing(open_source(capture, limit)) as source:
        if isinstance(source, PlainFile):
            return capture.resolve()
        plain = folder / "capture"
        position, ended = 0, False
        with plain.open("wb") as file:
            while not ended:
                window, ended = source.window(position)
                file.write(window.data)
                position += len(window)
    return plain


def _failure(result: subprocess.CompletedProcess[str], folder: str) -> str:
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
    message = "; ".join(lines).replace(folder + "/", "")[:_LONGEST_MESSAGE]
    return message or f"exit status {result.returncode}, no message"


def _no_logs() -> Logs:
    """Return empty tables: Zeek writes no log at all for a capture without IP packets."""
    tables = {name: empty_table(name) for name in SCHEMAS}
    info = CaptureInfo(path="", sha256="", packets=None)
    return Logs(**tables, engine_name="zeek", engine_version="unknown", captures=(info,))
