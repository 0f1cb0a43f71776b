"""The conversations of a capture with their probabilities, judged early where they are too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from capture.builtin.block import PacketBlock
    from capture.builtin.files.records import Records
    from module4.conversations import Conversations
    from module4.detect import Detector

MOST_OPEN: Final = 1 << 17  # conversations, of some 200 bytes each
TOO_MANY_OPEN: Final = "conversation judged early: too many are open"
"""What is lost then, as it is counted among what was skipped."""
_DECIMALS: Final = 9


@dataclass(frozen=True)
class Judged:
    """The conversations of one capture, and the probability of each that it is dangerous.

    Of the counts those of ports that trojans used are left.
    """

    conversations: Conversations
    probabilities: NDArray[np.float64]


class JudgedConversations:
    """Takes the blocks of a capture with the records that they came from.

    Where there are more than ``most_open`` conversations, those that were silent for longest are
    judged, and ``skipped`` counts them: what comes later between their addresses is another one.
    """

    def __init__(self, detector: Detector, *, most_open: int = MOST_OPEN) -> None:
        from module4.conversation_packets import PacketsOfConversations
        from module4.conversations import ConversationBuilder

        self._detector = detector
        self._most_open = most_open
        self._packets = PacketsOfConversations(detector.templates)
        self._builder = ConversationBuilder()
        self._judged: list[Judged] = []
        self.skipped = Counter[str]()

    def feed(self, block: PacketBlock, records: Records) -> None:
        """Take the next block."""
        self._builder.feed(self._packets.of(block, records))
        silent = self._builder.take_silent(self._most_open)
        if len(silent):
            self.skipped[TOO_MANY_OPEN] += len(silent)
            self._judged.append(judge(silent, self._detector))

    def finish(self) -> Judged:
        """Return all conversations, in the order of their addresses unless some were too many."""
        from module4.conversations import one_after_another

        rest = judge(self._builder.finish(), self._detector)
        if not self._judged:
            return rest
        parts, self._judged = [*self._judged, rest], []
        return Judged(
            one_after_another([part.conversations for part in parts]),
            np.concatenate([part.probabilities for part in parts]),
        )


def judge(conversations: Conversations, detector: Detector) -> Judged:
    """Return the conversations of a capture with their probabilities."""
    probabilities = detector.score(conversations).round(_DECIMALS)
    return Judged(conversations.with_warnings_alone(), probabilities)
