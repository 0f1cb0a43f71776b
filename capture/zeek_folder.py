"""A folder of Zeek logs, as a sensor writes or archives them, to tables."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Final

import polars as pl

from capture.builtin.files.source import open_source
from capture.errors import UnreadableInputError
from capture.logs import CaptureInfo, Logs
from capture.schema import SCHEMAS, Schema
from capture.zeek_format import parse_columns
from capture.zeek_format.certificate_links import (
    FILES_COLUMNS,
    SSL_COLUMNS,
    X509_COLUMNS,
    link_certificates,
)

_COLUMNS: Final[dict[str, Schema]] = {
    **SCHEMAS,
    "ssl": SSL_COLUMNS,
    "x509": X509_COLUMNS,
    "files": FILES_COLUMNS,
}
# conn.log, conn.2026-11-21-00-00-00.log.gz, conn.00:00:00-01:00:00.log.gz,
# conn_20261121_00:00:00-01:00:00+0000.log.gz
_LOG_NAME: Final = re.compile(
    r"(?P<whole>(?P<log>conn|ssl|x509|dns|files)(?:[._-]\d[\d:._+TZ-]*)?\.log)(?:\.gz|\.zst)?"
)
# A log is held in memory as a whole; real ones shrink to a tenth or so.
_TRUSTED_SIZE: Final = 1 << 27


def find_log_files(folder: Path) -> dict[str, list[Path]]:
    """Return the folder's files of each log in name order, without compressed copies of others.

    Keys are conn, ssl, x509, dns and files; a log that is not there has no key.
    """
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        match = _LOG_NAME.fullmatch(path.name)
        if match and path.is_file():
            found.setdefault(match["log"], {}).setdefault(match["whole"], path)
    return {name: list(parts.values()) for name, parts in found.items()}


def holds_logs(folder: Path) -> bool:
    """Return whether the folder itself holds any of the logs that this program reads."""
    return bool(SCHEMAS.keys() & find_log_files(folder).keys())


def read_folder(folder: Path) -> Logs:
    """Return the tables of all logs in the folder, each sorted by time.

    A log that is not there gives an empty table. Raises ``UnreadableInputError`` if there is none
    or one cannot be read.
    """
    reading = _Reading()
    files = _files_of(folder)
    tables = {name: reading.table(name, files.get(name, [])) for name in _COLUMNS}
    tables["ssl"], tables["x509"] = link_certificates(
        tables["ssl"], tables["x509"], tables.pop("files")
    )
    tables = {
        name: table.sort("ts", maintain_order=True, nulls_last=True)
        for name, table in tables.items()
    }
    info = CaptureInfo(
        path=str(folder),
        sha256=reading.digest.hexdigest(),
        packets=None,
        skipped=dict(sorted(reading.skipped.items())),
        first_ts=_float(tables["conn"]["ts"].min()),
        last_ts=_float(tables["conn"]["ts"].max()),
    )
    return Logs(**tables, engine_name="zeek logs", engine_version="unknown", captures=(info,))


class _Reading:
    """Reads log files and keeps account of their bytes and of what was skipped."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.skipped: Counter[str] = Counter()

    def table(self, name: str, paths: list[Path]) -> pl.DataFrame:
        """Return the rows of all parts of one log."""
        parts = [self._part(path, _COLUMNS[name]) for path in paths]
        return pl.concat([pl.DataFrame(schema=_COLUMNS[name]), *parts])

    def _part(self, path: Path, schema: Schema) -> pl.DataFrame:
        content = self._content(path)
        self.digest.update(content)
        try:
            parsed = parse_columns(content, schema)
        except UnreadableInputError as error:
            raise UnreadableInputError(f"{path}: {error}; remove it or log it again") from None
        self.skipped.update(parsed.skipped)
        return parsed.table

    def _content(self, path: Path) -> bytes:
        if path.suffix == ".log" or not path.stat().st_size:
            return _read_bytes(path)
        source = open_source(path, None, _TRUSTED_SIZE)
        pieces: list[bytes] = []
        size, ended = 0, False
        while not ended:
            window, ended = source.window(size)
            pieces.append(window.tobytes())
            size += len(window)
        source.close()
        self.skipped.update([source.damage] if source.damage else [])
        return b"".join(pieces)


def _files_of(folder: Path) -> dict[str, list[Path]]:
    try:
        files = find_log_files(folder)
    except OSError as error:
        raise UnreadableInputError(
            f"{folder}: {error.strerror}; check the path and its permissions"
        ) from None
    if not SCHEMAS.keys() & files.keys():
        raise UnreadableInputError(
            f"{folder}: no conn.log, ssl.log, x509.log or dns.log in it; name a folder of Zeek logs"
        )
    return files


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}; check its permissions") from None


def _float(value: object) -> float | None:
    return value if isinstance(value, float) else None
