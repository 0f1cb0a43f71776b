"""The conversations of the captures of one run, judged by the packets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from commands.output import notice

if TYPE_CHECKING:
    from capture.discover import Input
    from capture.logs import Logs
    from module4.detect import Detector
    from verdict.conversations import Judged
    from verdict.document import Document


@dataclass(frozen=True)
class JudgedCaptures:
    """Judged conversations by the path of their capture; no detector where none is trained."""

    detector: Detector | None
    judged: Mapping[str, Judged]

    @classmethod
    def of(
        cls,
        inputs: Sequence[Input],
        logs: Logs,
        models: Path,
        jobs: int,
        decompressed_limit: int | None = None,
        on_notice: Callable[[str], None] = notice,
        progress: Callable[[str, int], None] = lambda path, count: None,
    ) -> Self:
        """Judge the captures among the inputs that the logs are of, ``jobs`` at a time.

        ``progress`` is told the path of a capture, as in the logs, and how far it was read.

        Raises ``ModelError`` when the model is damaged; without one there is a notice.
        """
        from models.card import retrain
        from module4.detect import FOLDER, load

        if not (models / FOLDER).is_dir():
            line = f"no model of conversations in {models}, so they are not assessed"
            on_notice(f"{line}; {retrain(models / FOLDER)}")
            return cls(None, {})
        detector = load(models)
        read = {info.path for info in logs.captures if info.packets is not None}
        captures = {
            path: each
            for each in inputs
            if each.kind == "capture" and (path := _as_in_document(each)) in read
        }
        judge = partial(_judge, detector=detector, decompressed_limit=decompressed_limit)
        found = _judge_all(judge, list(captures.values()), jobs, progress)
        by_path = dict(zip(captures, found, strict=True))
        return cls(detector, {path: each for path, each in by_path.items() if each is not None})

    def added_to(self, document: Document) -> Document:
        """Return the document with what the conversations say."""
        from verdict.conversations import with_conversations

        if self.detector is None:
            return document
        return with_conversations(document, self.judged, self.detector)


def _as_in_document(source: Input) -> str:
    from capture.logs import CaptureInfo

    return CaptureInfo(str(source.path), "", None).path


def _judge(
    source: Input,
    detector: Detector,
    decompressed_limit: int | None,
    progress: Callable[[int], None] | None = None,
) -> Judged | None:
    """Return the conversations of a capture, None where only another engine could read it."""
    from capture.errors import UnreadableInputError
    from verdict.conversations import judge

    try:
        return judge(source.path, detector, decompressed_limit, progress)
    except UnreadableInputError:
        return None


def _judge_all(
    judge: Callable[..., Judged | None],
    inputs: Sequence[Input],
    jobs: int,
    progress: Callable[[str, int], None],
) -> list[Judged | None]:
    """Return what came of each input, in their order; None of a process that failed."""
    from capture.processes import are_worth_processes, outcomes, size_of

    if not are_worth_processes(inputs, jobs):
        return [judge(each, progress=partial(progress, _as_in_document(each))) for each in inputs]
    found = {}
    for source, future in outcomes(judge, inputs, jobs):
        found[source] = None if future.exception() else future.result()
        progress(_as_in_document(source), size_of(source.path))
    return [found[source] for source in inputs]
