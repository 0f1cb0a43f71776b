"""What the result document says of conversations: pairs of addresses, judged by their packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ConversationVerdict = Literal["safe", "dangerous", "NOT ASSESSED"]


@dataclass(frozen=True)
class Conversation:
    """All packets between two addresses; times are those of the first and of the last one.

    ``warnings`` name ports that trojans are known to have used: evidence, no part of the verdict.
    """

    first: str
    second: str
    packets: int
    first_ts: float
    last_ts: float
    probability: float
    verdict: ConversationVerdict
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConversationDetector:
    """The conversations of a target, worst first: the probability is the highest of all.

    ``count`` is how many there are; no more than the worst are listed. Without packets, as in logs,
    nothing is assessed.
    """

    verdict: ConversationVerdict = "NOT ASSESSED"
    probability: float | None = None
    threshold: float | None = None
    count: int = 0
    conversations: tuple[Conversation, ...] = ()


@dataclass(frozen=True)
class CaptureConversations:
    """A whole capture by its conversations: the probability is the highest of all.

    ``dangerous`` of ``count`` conversations are dangerous by themselves; a capture has a threshold
    of its own.
    """

    verdict: ConversationVerdict = "NOT ASSESSED"
    probability: float | None = None
    threshold: float | None = None
    count: int = 0
    dangerous: int = 0
