"""The logs of a labelled folder, made from the captures that lie beside its log folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from capture.discover import Input, find_inputs
from capture.errors import UnreadableInputError
from capture.logs import merge
from capture.read import read_one
from capture.zeek_folder import find_log_files
from capture.zeek_format import write_logs
from training.dataset_folders import DatasetFolder

MADE_OF: Final = "captures.sha256"
"""Beside logs that were made here: what they were made of, as ``sha256sum -c`` reads it."""
_NEEDED: Final = ("conn", "ssl")


def make_logs(folder: DatasetFolder, on_warning: Callable[[str], None]) -> None:
    """Make the logs of all captures beside the log folder, unless they are of just these.

    Logs that were not made here stay as they are, with a warning where captures are newer. Raises
    ``UnreadableInputError`` and ``EngineError``.
    """
    found = find_inputs([folder.folder], recursive=False)
    captures = [each for each in found if each.kind == "capture"]
    if not captures:
        return
    made_of = folder.logs / MADE_OF
    if _logs(folder):
        if not _were_made_here(folder):
            _warn_of_newer(captures, folder, on_warning)
            return
        if made_of.read_text(encoding="utf-8", errors="surrogateescape") == _digests(captures):
            return
    _make(captures, folder, on_warning)


def _make(
    captures: Sequence[Input], folder: DatasetFolder, on_warning: Callable[[str], None]
) -> None:
    digests = _digests(captures)
    logs = merge([read_one(capture, "auto", on_warning) for capture in captures])
    folder.logs.mkdir(parents=True, exist_ok=True)
    made_of = folder.logs / MADE_OF
    made_of.write_text("")  # logs that are cut off by Ctrl-C are of no captures
    write_logs(logs, folder.logs)
    made_of.write_text(digests, encoding="utf-8", errors="surrogateescape")


def _were_made_here(folder: DatasetFolder) -> bool:
    """Return whether the logs are those of the list beside them, which is written after them."""
    made_of = folder.logs / MADE_OF
    if not made_of.exists():
        return False
    newest = max(path.stat().st_mtime_ns for path in _logs(folder))
    return not made_of.read_bytes() or newest <= made_of.stat().st_mtime_ns


def _logs(folder: DatasetFolder) -> list[Path]:
    """Return the conn and ssl logs, none unless there are both."""
    files = find_log_files(folder.logs) if folder.logs.is_dir() else {}
    if not all(name in files for name in _NEEDED):
        return []
    return [path for name in _NEEDED for path in files[name]]


def _digests(captures: Sequence[Input]) -> str:
    return "".join(f"{_digest(each.path)}  ../{each.path.name}\n" for each in captures)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise UnreadableInputError(
            f"{path}: {reason}; check the path and its permissions"
        ) from None


def _warn_of_newer(
    captures: Sequence[Input], folder: DatasetFolder, on_warning: Callable[[str], None]
) -> None:
    oldest = min(path.stat().st_mtime_ns for path in _logs(folder))
    newer = [each.path.name for each in captures if each.path.stat().st_mtime_ns > oldest]
    if newer:
        on_warning(
            f"{folder.logs}: its logs are older than {', '.join(newer)}, which was not read; "
            "remove the logs to have them made of all captures"
        )
