"""Tells logs that this program wrote, and may write again, from those of Zeek and others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from capture.schema import SCHEMAS

_LOOKED_AT: Final = 1 << 16
_FIELDS: Final = "#fields\t"
# Zeek writes this line when it opens a log, and no log of this program has it.
_OPENED: Final = "#open"


def foreign_log(files: Iterable[Path]) -> Path | None:
    """Return the first of a folder's logs that this program seems not to have written, if any.

    JSON has no header: it counts as this program's where it has no field of another and all logs
    are there that are always written together. Raises ``OSError``.
    """
    columns = {f"{name}.log": list(schema) for name, schema in SCHEMAS.items()}
    logs = sorted(files)
    is_whole = columns.keys() <= {path.name for path in logs}
    for path in logs:
        if path.name not in columns or not _is_own(path, columns[path.name], is_whole):
            return path
    return None


def _is_own(path: Path, columns: Sequence[str], is_whole: bool) -> bool:
    with path.open(encoding="utf-8", errors="replace") as log:
        lines = log.readlines(_LOOKED_AT)
    if not lines:  # nothing can be lost
        return True
    if lines[0].startswith("#"):
        return _is_own_text(lines, columns)
    return is_whole and all(_is_own_json(line, columns) for line in lines)


def _is_own_text(lines: Sequence[str], columns: Sequence[str]) -> bool:
    head = [line.rstrip("\n") for line in lines if line.startswith("#")]
    is_opened = any(line.startswith(_OPENED) for line in head)
    return not is_opened and _FIELDS + "\t".join(columns) in head


def _is_own_json(line: str, columns: Sequence[str]) -> bool:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and fields.keys() <= set(columns)
