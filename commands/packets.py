"""What the packets of the captures of one run say: attack classes and conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

        found = self.findings
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

    ``elsewhere`` if another process has begun to read; of that no bytes are told.
    """

    results: Callable[[Logs, Told], PacketResults]
    elsewhere: bool


@contextmanager
def looking_at_packets(
    inputs: Sequence[Input],
    models: Path,
    jobs: int,
    decompressed_limit: int | None = None,
    on_notice: Callable[[str], None] = notice,
) -> Iterator[Looking]:
    """Read the captures among the inputs, ``jobs`` at a time, when asked for the results.

    A single large one is read from now on, while the caller does other work. Raises ``ModelError``
    when a model is damaged; without one there is a notice.
    """
    loaded = models_of(models)
    for line in _missing(loaded, models):
        on_notice(line)
    read = partial(_read, models=models, decompressed_limit=decompressed_limit)

    def found(captures: Iterable[str], outcomes: Sequence[_Outcome]) -> PacketResults:
        for outcome in outcomes:
            if outcome.message:
                on_notice(f"{outcome.message}; its flows are not classified")
        pairs = zip(captures, outcomes, strict=True)
        return PacketResults(loaded, {path: each.findings for path, each in pairs if each.findings})

    def read_now(logs: Logs, told: Told) -> PacketResults:
        captures = _captures(inputs, logs)
        return found(captures, _read_all(read, captures, jobs, told))

    if jobs > 1 and len(inputs) == 1 and _is_large_capture(inputs[0]):
        with _read_elsewhere(read, inputs[0]) as outcome:

            def read_before(logs: Logs, told: Told) -> PacketResults:
                captures = _captures(inputs, logs)
                return found(captures, [outcome() for _ in captures])

            yield Looking(read_before, elsewhere=True)
    else:
        yield Looking(read_now, elsewhere=False)


def _captures(inputs: Sequence[Input], logs: Logs) -> dict[str, Input]:
    """Return the captures among the inputs that the logs are of, by their paths there."""
    known = {info.path for info in logs.captures if info.packets is not None}
    captures = {_as_in_document(each): each for each in inputs if each.kind == "capture"}
    return {path: each for path, each in captures.items() if path in known}


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


def _is_large_capture(source: Input) -> bool:
    from capture.processes import SMALL, size_of

    return source.kind == "capture" and size_of(source.path) > SMALL


@contextmanager
def _read_elsewhere(
    read: Callable[[Input], _Outcome], source: Input
) -> Iterator[Callable[[], _Outcome]]:
    """Begin to read in another process; what is yielded returns what came of it."""
    from capture.processes import beside

    with beside(read, source) as future:
        # What went wrong in the other process, as for want of memory, may not in this one.
        yield lambda: read(source) if future.exception() else future.result()


def _read_all(
    read: Callable[..., _Outcome], captures: Mapping[str, Input], jobs: int, told: Told
) -> list[_Outcome]:
    """Return what came of each input, in their order; those of processes that fail are told so."""
    from capture.processes import are_worth_processes, defect, outcomes, size_of

    inputs = list(captures.values())
    if not are_worth_processes(inputs, jobs):
        return [read(each, progress=partial(told, path)) for path, each in captures.items()]
    found = {}
    for source, future in outcomes(read, inputs, jobs):
        error = future.exception()
        failed = error and _Outcome(None, f"{source.path}: {defect(error)}")
        found[source] = failed or future.result()
        told(_as_in_document(source), size_of(source.path))
    return [found[source] for source in inputs]
