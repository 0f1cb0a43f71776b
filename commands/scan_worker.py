"""What a process of ``scan`` does: one capture to one result document."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from capture.errors import EngineError, UnreadableInputError
from capture.path_text import readable
from commands.analysis import incomplete
from commands.garbage import collect_rarely
from models.errors import ModelError

if TYPE_CHECKING:
    from capture.discover import Input
    from capture.logs import Logs
    from capture.read import Engine
    from commands.packets import Looking
    from commands.progress import ReadBytes
    from report.allowlist import Allowlist
    from verdict.document import Document
    from verdict.known_certificates import Entry, KnownCertificates
    from verdict.scoring import Models


@dataclass(frozen=True)
class Settings:
    """What holds for all captures of a scan.

    ``entries`` is None when the certificate database cannot be read; ``own`` are the digests and
    paths of all captures of the scan, from which nothing learned before is a match. Of a connection
    that the allowlist covers nothing is learned. Each capture is read by up to ``jobs`` processes.
    """

    engine: Engine
    models: Path
    entries: tuple[Entry, ...] | None
    own: frozenset[str]
    decompressed_limit: int | None = None
    allowlist: Allowlist | None = None
    jobs: int = 1


@dataclass(frozen=True)
class Scanned:
    """What came of one capture; ``readable`` tells whether it could be read at all."""

    document: Document
    learned: tuple[Entry, ...] = ()
    notices: tuple[str, ...] = ()
    readable: bool = True


# Of this process, set once when it starts.
_settings: Settings | None = None
_read: ReadBytes | None = None
# The version of what made the logs, where nothing did.
_NONE: Final = "unknown"
# Of a capture: for logs, then for flows and conversations unless others do that meanwhile.
_READINGS: Final = 2


def prepare(settings: Settings, read: ReadBytes | None = None) -> None:
    """Take the settings, and what is to be told how far captures were read."""
    global _settings, _read
    collect_rarely()
    _settings, _read = settings, read


def scan_one(source: Input) -> Scanned:
    """Return the document on one capture; raises what only the user can mend, and defects."""
    from commands.packets import looking_at_packets

    if _settings is None:
        raise RuntimeError("prepare was not called")
    notices: list[str] = []
    models = models_of(_settings.models)  # whose error comes before what is missing for the packets
    packets = looking_at_packets(
        [source], _settings.models, _settings.jobs, _settings.decompressed_limit, notices.append
    )
    try:
        with packets as looking:
            logs = _logs(source, _settings, looking, notices.append)
            return _scanned(source, logs, models, looking, _settings, notices)
    except UnreadableInputError as error:
        return failed(source, _settings.engine, str(error))


def _logs(
    source: Input, settings: Settings, looking: Looking, on_notice: Callable[[str], None]
) -> Logs:
    from capture.read import read_one

    logs = read_one(
        source,
        settings.engine,
        on_notice,
        decompressed_limit=settings.decompressed_limit,
        progress=_told(source, 0, 1 if looking.processes else _READINGS),
        jobs=settings.jobs - looking.processes,
    )
    for line in incomplete(logs):
        on_notice(line)
    return logs


def _scanned(
    source: Input,
    logs: Logs,
    models: Models,
    looking: Looking,
    settings: Settings,
    notices: Sequence[str],
) -> Scanned:
    from verdict.assess import assess
    from verdict.learning import learnable
    from verdict.precision import as_stored
    from verdict.scoring import score

    scored = score(logs, models)
    document = assess(scored, None, _known(settings, logs))
    document = looking.results(logs, _told_with_path(source, 1)).added_to(document)
    allowlist = settings.allowlist
    allowed = allowlist.covered_connections(document) if allowlist else frozenset()
    learned = learnable(scored, document, allowed)
    return Scanned(as_stored(document), tuple(learned), tuple(notices))


def _told(source: Input, reading: int, readings: int = _READINGS) -> Callable[[int], None]:
    """Return what is to be told how far the capture was read this time."""
    return _read.of(source.name, reading, readings) if _read else lambda count: None


def _told_with_path(source: Input, reading: int) -> Callable[[str, int], None]:
    told = _told(source, reading)
    return lambda path, count: told(count)


def failed(source: Input, engine: str, message: str) -> Scanned:
    """Return a document without targets that says why the capture gave none."""
    from verdict.document import Capture, Document, Engine

    path = str(source.path)
    reason = readable(" ".join(message.removeprefix(f"{path}: ").split()))
    capture = Capture(readable(path), digest(source), None, {reason: 1}, None, None)
    document = Document(Engine(engine, _NONE), (capture,), ())
    return Scanned(document, notices=(reason,), readable=False)


def was_read(document: Document) -> bool:
    """Return whether a document is not of those that ``failed`` gives."""
    return document.engine.version != _NONE or bool(document.targets)


def is_fatal(error: BaseException) -> bool:
    """Return whether an error would meet every other capture too."""
    return isinstance(error, (ModelError, EngineError))


def digest(source: Input) -> str | None:
    """Return the sha256 of a capture file, None for a folder or what cannot be read."""
    try:
        with source.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _known(settings: Settings, logs: Logs) -> KnownCertificates | None:
    """Return what is known from elsewhere; a folder of logs is told by the bytes in it too."""
    from verdict.known_certificates import KnownCertificates

    if settings.entries is None:
        return None
    return KnownCertificates(
        settings.entries, settings.own | {info.sha256 for info in logs.captures}
    )


@functools.cache
def models_of(folder: Path) -> Models:
    """Return the detectors, loaded once a process."""
    from verdict.scoring import load_models

    return load_models(folder)
