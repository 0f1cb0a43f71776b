"""What modules 3 and 4 find in the packets of a capture, in one reading of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from verdict.judged_conversations import Judged, JudgedConversations

if TYPE_CHECKING:
    from capture.builtin.block import PacketBlock
    from capture.builtin.files.records import Records
    from module3.detect import Classifier
    from module4.detect import Detector
    from verdict.document import Document


# In a flood each is a flow and a conversation, of which there are copies while they are looked at.
_PACKETS_A_BLOCK: Final = 1 << 16


@dataclass(frozen=True)
class PacketModels:
    """The models of both modules, None where one is not trained."""

    flows: Classifier | None
    conversations: Detector | None


class PacketFindings(NamedTuple):
    """The flows of a capture as ``module3.flow_classes`` gives them, and its conversations.

    ``skipped`` counts what was given up where too many were open, by reason.
    """

    flows: pl.DataFrame | None
    conversations: Judged | None
    skipped: Mapping[str, int] = {}


class PacketAnalysis:
    """Takes the blocks of a capture with the records that they came from."""

    def __init__(self, models: PacketModels) -> None:
        from module3.flow_classes import FlowClasses

        self._flows = FlowClasses(models.flows) if models.flows else None
        detector = models.conversations
        self._conversations = JudgedConversations(detector) if detector else None

    def feed(self, block: PacketBlock, records: Records) -> None:
        """Take the next block."""
        if self._flows is not None:
            self._flows.feed(block)
        if self._conversations is not None:
            self._conversations.feed(block, records)

    def finish(self) -> PacketFindings:
        """Return what was found in all blocks."""
        flows = self._flows.finish() if self._flows else None
        judged = self._conversations.finish() if self._conversations else None
        parts = (part.skipped for part in (self._flows, self._conversations) if part)
        skipped = {reason: count for part in parts for reason, count in part.items()}
        return PacketFindings(flows, judged, skipped)


def with_skipped(document: Document, skipped: Mapping[str, Mapping[str, int]]) -> Document:
    """Return the document with what was given up of captures, by their path, and the reason."""
    captures = (
        replace(each, skipped=dict(sorted({**each.skipped, **skipped.get(each.path, {})}.items())))
        for each in document.captures
    )
    return replace(document, captures=tuple(captures))


def load_packet_models(folder: Path) -> PacketModels:
    """Return the models in a folder; raises ``ModelError`` where one is damaged."""
    from module4.detect import FOLDER, load
    from verdict.attack_flows import load_classifier

    return PacketModels(
        load_classifier(folder), load(folder) if (folder / FOLDER).is_dir() else None
    )


def read_packets(
    path: Path,
    models: PacketModels,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> PacketFindings:
    """Return what is found in a capture; raises ``UnreadableInputError``.

    ``progress`` is that of the ``PacketReader``.
    """
    from capture.builtin.packets import PacketReader
    from capture.builtin.read_ahead import read_ahead

    analysis = PacketAnalysis(models)
    reader = PacketReader(
        path,
        packets_per_block=_PACKETS_A_BLOCK,
        decompressed_limit=decompressed_limit,
        progress=progress,
    )
    for block, records in read_ahead((block, reader.records) for block in reader):
        analysis.feed(block, records)
    return analysis.finish()
