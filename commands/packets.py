"""What the packets of the captures of one run say: attack classes and conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from commands.output import notice

if TYPE_CHECKING:
    from capture.discover import Input
    from capture.logs import Logs
    from verdict.document import Document
    from verdict.packets import PacketFindings, PacketModels


Told = Callable[[str, int], None]
"""Is told the path of a capture, as in the document, and the bytes of it that were read."""


class _Outcome(NamedTuple):
    """What came of one capture: findings, or the message that says why there are none."""

    findings: PacketFindings | None
    message: str = ""


@dataclass(frozen=True)
class PacketResults:
    """What was found in the packets, by the path of the capture."""

    models: PacketModels
    findings: Mapping[str, PacketFindings]

    def added_to(self, document: Document) -> Document:
        """Return the document with what the packets say."""
        from verdict.attack_flows import classified_flows, with_attack_classes
        from verdict.conversations import with_conversations
        from verdict.packets import with_skipped

        found = self.findings
        document = with_skipped(
            document, {path: each.skipped for path, each in found.items() if each.skipped}
        )
        parts = [each.flows for each in found.values() if each.flows is not None]
        document = with_attack_classes(document, classified_flows(parts))
        if self.models.conversations is None:
            return document
        judged = {
            path: each.conversations
            for path, each in found.items()
            if each.conversations is not None
        }
        return with_conversations(document, judged, self.models.conversations)


class Looking(NamedTuple):
    """What gives the results for the captures that logs are of.

    ``processes`` have begun to read them, beside this one; they tell of no bytes.
    """

    results: Callable[[Logs, Told], PacketResults]
    processes: int


@contextmanager
def looking_at_packets(
    inputs: Sequence[Input],
    models: Path,
    jobs: int,
    decompressed_limit: int | None = None,
    on_notice: Callable[[str], None] = notice,
) -> Iterator[Looking]:
    """Read the captures among the inputs, from now on or when the results are wanted.

    Captures that are large together take up to half of ``jobs`` processes while the caller does
    other work. Raises ``ModelError`` when a model is damaged; without one there is a notice.
    """
    loaded = models_of(models)
    for line in _missing(loaded, models):
        on_notice(line)
    # A pipe can be read once only, by whoever makes the logs.
    captures = [each for each in inputs if each.kind == "capture" and each.path.is_file()]
    read = partial(_read, models=models, decompressed_limit=decompressed_limit)
    processes = _processes(captures, jobs)
    with _reading(read, captures, processes) as outcome:

        def results(logs: Logs, told: Told) -> PacketResults:
            findings = {}
            for path, source in _known(captures, logs).items():
                found = outcome(source, partial(told, path))
                if found.message:
                    on_notice(f"{found.message}; its flows are not classified")
                if found.findings is not None:
                    findings[path] = found.findings
            return PacketResults(loaded, findings)

        yield Looking(results, processes)


def _known(captures: Sequence[Input], logs: Logs) -> dict[str, Input]:
    """Return the captures that the logs are of by their paths there; one unread has no digest."""
    known = {info.path for info in logs.captures if info.sha256}
    return {path: each for each in captures if (path := _as_in_document(each)) in known}


@cache
def models_of(folder: Path) -> PacketModels:
    """Return the models, loaded once a process."""
    from verdict.packets import load_packet_models

    return load_packet_models(folder)


def _missing(models: PacketModels, folder: Path) -> list[str]:
    """Return a line for each module that has no model."""
    from models.card import retrain
    from module4.detect import FOLDER

    lines = []
    if models.flows is None:
        lines.append(f"{folder}: no module3, so no attack classes; train module3")
    if models.conversations is None:
        lines.append(
            f"no model of conversations in {folder}, so they are not assessed; "
            f"{retrain(folder / FOLDER)}"
        )
    return lines


def _as_in_document(source: Input) -> str:
    from capture.logs import CaptureInfo

    return CaptureInfo(str(source.path), "", None).path


def _read(
    source: Input,
    models: Path,
    decompressed_limit: int | None,
    progress: Callable[[int], None] | None = None,
) -> _Outcome:
    """Return what is in a capture, a message where only another engine could read it."""
    from capture.errors import UnreadableInputError
    from verdict.packets import read_packets

    try:
        return _Outcome(read_packets(source.path, models_of(models), decompressed_limit, progress))
    except UnreadableInputError as error:
        return _Outcome(None, str(error))


def _processes(captures: Sequence[Input], jobs: int) -> int:
    """Return how many processes are worth their start."""
    from capture.processes import SMALL, size_of

    size = sum(size_of(each.path) for each in captures)
    return min(len(captures), jobs // 2) if size > SMALL else 0


@contextmanager
def _reading(
    read: Callable[..., _Outcome], captures: Sequence[Input], processes: int
) -> Iterator[Callable[[Input, Callable[[int], None]], _Outcome]]:
    """Begin to read in other processes; what is yielded returns what came of a capture.

    Without them it reads, and tells how far. A capture with which a process died is tried again.
    """
    from capture.processes import beside, defect, outcomes

    if not processes:
        yield lambda source, told: read(source, progress=told)
        return
    with beside(read, captures, processes) as futures:
        begun = dict(zip(captures, futures, strict=True))

        def outcome(source: Input, told: Callable[[int], None]) -> _Outcome:
            future = begun[source]
            if isinstance(future.exception(), (BrokenProcessPool, MemoryError)):
                # Another capture may be to blame, or what ran at the same time.
                ((_, future),) = outcomes(read, [source], 1)
            error = future.exception()
            failed = error and _Outcome(None, f"{source.path}: {defect(error)}")
            return failed or future.result()

        yield outcome
