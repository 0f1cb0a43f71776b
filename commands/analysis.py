"""One run's captures, detectors and certificate database, each loaded once when first needed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from commands.garbage import give_back
from commands.options.command_line import add
from commands.output import complaint, notice, working
from commands.progress import progress, sizes_of
from models.card import MODELS

if TYPE_CHECKING:
    from capture.discover import Input
    from capture.logs import Logs
    from capture.read import Engine, ReadResult
    from commands.packets import Looking, PacketResults
    from report.allowlist import Allowlist
    from verdict.certificates import CertificateDatabase
    from verdict.document import Document
    from verdict.known_certificates import Entry
    from verdict.scoring import Models, Scored

_NEEDED_LOGS: Final = {
    "ssl": "no TLS can be seen in it",
    "conn": "sizes, durations and times between connections are unknown",
    "x509": "certificates are known only as far as ssl.log tells",
}


class Analysis:
    """What the detectors say of some captures taken together as one picture."""

    def __init__(
        self,
        paths: Sequence[Path],
        engine: Engine = "auto",
        certificates: Path | None = None,
        models: Path = MODELS,
        jobs: int = 1,
        *,
        recursive: bool = True,
        decompressed_limit: int | None = None,
    ) -> None:
        self._paths = paths
        self._engine = engine
        self._certificates = certificates
        self._models_folder = models
        self._jobs = jobs
        self._recursive = recursive
        self._decompressed_limit = decompressed_limit
        self._jobs_elsewhere = 0  # processes that read packets while logs are made
        self._packet_results: PacketResults | None = None

    @cached_property
    def models(self) -> Models:
        """The detectors; raises ``ModelError``."""
        from verdict.scoring import load_models

        return load_models(self._models_folder)

    @cached_property
    def _inputs(self) -> list[Input]:
        from capture.discover import find_inputs, refuse_pipes

        inputs = find_inputs(self._paths, recursive=self._recursive)
        refuse_pipes(inputs)
        return inputs

    @cached_property
    def _read(self) -> ReadResult:
        from capture.read import read_logs

        with progress("reading captures", sizes_of(self._inputs)) as read:
            result = read_logs(
                self._paths,
                self._engine,
                self._jobs - self._jobs_elsewhere,
                notice,
                recursive=self._recursive,
                decompressed_limit=self._decompressed_limit,
                on_read=lambda source: read.done(source.name),
                on_bytes=lambda source, count: read.tell(source.name, count),
            )
        for unreadable in result.unreadable:
            complaint(unreadable.message)
        for line in incomplete(result.logs):
            notice(line)
        return result

    @cached_property
    def logs(self) -> Logs:
        """The tables of all captures, what could not be read among ``captures`` too.

        Raises ``UnreadableInputError`` if nothing can be read.
        """
        from capture.logs import CaptureInfo

        unread = [
            CaptureInfo(path, "", None, {message.removeprefix(f"{path}: "): 1})
            for path, message in self._read.unreadable
        ]
        logs = self._read.logs
        return replace(logs, captures=(*logs.captures, *unread))

    @cached_property
    def scored(self) -> Scored:
        """The logs with every detector's probabilities."""
        from verdict.scoring import score

        models, logs = self.models, self.logs
        with working("asking the detectors"):
            return score(logs, models)

    @cached_property
    def _database(self) -> CertificateDatabase:
        return open_database(self._certificates)

    @cached_property
    def _entries(self) -> tuple[Entry, ...] | None:
        return readable_entries(self._database)

    @contextmanager
    def _packets(self) -> Iterator[Looking]:
        """Look at the packets, once, while other work is done until the results are asked for."""
        from commands.packets import Looking, looking_at_packets

        if self._packet_results is not None:
            results = self._packet_results
            yield Looking(lambda logs, told: results, processes=0)
            return
        with looking_at_packets(
            self._inputs, self._models_folder, self._jobs, self._decompressed_limit
        ) as looking:
            self._jobs_elsewhere = looking.processes
            yield looking

    def _results(self, looking: Looking) -> PacketResults:
        what = "looking at the packets"
        if looking.processes:
            with working(what):
                return looking.results(self.logs, lambda path, count: None)
        with progress(what, self._sizes()) as read:
            return looking.results(self.logs, read.tell)

    def _sizes(self) -> dict[str, int]:
        """Return the bytes of each capture by its path in the document."""
        from capture.processes import size_of

        read = [info.path for info in self.logs.captures if info.sha256]
        return {path: size_of(Path(path)) for path in read if Path(path).is_file()}

    def assess(
        self, addresses: Sequence[str] | None, allowlist: Allowlist | None = None
    ) -> Document:
        """Return the document for some addresses or all servers, and learn its certificates.

        Of a connection that the allowlist covers nothing is learned.
        """
        from verdict.assess import assess
        from verdict.known_certificates import KnownCertificates
        from verdict.learning import learnable
        from verdict.precision import as_stored

        _ = self.models  # whose error comes before what is missing for the packets
        with self._packets() as packets:
            own = frozenset(info.sha256 for info in self.logs.captures)
            known = None if self._entries is None else KnownCertificates(self._entries, own)
            document = assess(self.scored, addresses, known)
            give_back()
            self._packet_results = self._results(packets)
        give_back()
        document = self._packet_results.added_to(document)
        if known is not None:
            allowed = allowlist.covered_connections(document) if allowlist else frozenset()
            learn(self._database, learnable(self.scored, document, allowed))
        return as_stored(document)


def incomplete(logs: Logs) -> list[str]:
    """Return a line for each folder of logs that lacks one without which little can be said."""
    from capture.zeek_folder import find_log_files

    folders = [Path(info.path) for info in logs.captures if info.packets is None]
    return [
        f"{folder}: no {name}.log, so {loss}"
        for folder in folders
        if folder.is_dir()
        for name, loss in _NEEDED_LOGS.items()
        if name not in find_log_files(folder)
    ]


def open_database(path: Path | None) -> CertificateDatabase:
    """Return the certificate database at the path, or at its usual place."""
    from verdict.certificates import DEFAULT_PATH, CertificateDatabase

    return CertificateDatabase(path or DEFAULT_PATH)


def readable_entries(database: CertificateDatabase) -> tuple[Entry, ...] | None:
    """Return the entries; None, with a notice, when the file cannot be read."""
    from verdict.errors import CertificateDatabaseError

    try:
        return database.entries()
    except CertificateDatabaseError as error:
        notice(f"{error}; going on without it")
        return None


def learn(database: CertificateDatabase, entries: Sequence[Entry]) -> None:
    """Add entries to the database; a file that cannot be written is worth a notice only."""
    from verdict.errors import CertificateDatabaseError

    try:
        database.learn(entries)
    except CertificateDatabaseError as error:
        notice(f"{error}; nothing was learned")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of every command that analyses captures."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a capture, a folder of Zeek logs, or a folder to search for both",
    )
    add(parser, "engine", "jobs", "decompression-limit")


def add_detector_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where the detectors and the certificate database are."""
    add(parser, "models", "certificates")
