"""Conversations in captures, and the result document with what they say of targets and captures."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from verdict.conversation_document import (
    CaptureConversations,
    Conversation,
    ConversationDetector,
    ConversationVerdict,
)
from verdict.document import Capture, Document, Reason, Target

if TYPE_CHECKING:
    from module4.conversations import Conversations
    from module4.detect import Detector

# Of a target's conversations the worst so many are listed.
LISTED: Final = 100
_SECOND: Final = 1e9
_MAPPED_IPV4: Final = 0xFFFF << 32
_DECIMALS: Final = 9

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """The conversations of one capture, and the probability of each that it is dangerous."""

    conversations: Conversations
    probabilities: NDArray[np.float64]


def judge(path: Path, detector: Detector, decompressed_limit: int | None = None) -> Judged:
    """Return the judged conversations of a capture; raises ``UnreadableInputError``."""
    from module4.features import conversations_of_capture

    found = conversations_of_capture(
        path, detector.templates, decompressed_limit=decompressed_limit
    ).conversations
    return Judged(found, detector.score(found).round(_DECIMALS))


def with_conversations(
    document: Document, judged: Mapping[str, Judged], detector: Detector
) -> Document:
    """Return the document with the conversations of each target and the verdict on each capture.

    ``judged`` are captures by their path in the document; those that are not there, such as folders
    of logs, are not assessed.
    """
    parts = [judged[path] for path in sorted(judged)]
    captures = (_capture(each, judged.get(each.path), detector) for each in document.captures)
    targets = (_target(each, parts, detector) for each in document.targets)
    return replace(document, captures=tuple(captures), targets=tuple(targets))


def _capture(capture: Capture, judged: Judged | None, detector: Detector) -> Capture:
    if judged is None or not len(judged.probabilities):
        return capture
    highest = float(judged.probabilities.max())
    dangerous = int(np.count_nonzero(judged.probabilities >= detector.threshold))
    threshold, count = detector.capture_threshold, len(judged.probabilities)
    verdict = _verdict(highest, threshold)
    found = CaptureConversations(verdict, highest, threshold, count, dangerous)
    return replace(capture, conversation=found)


def _target(target: Target, parts: Sequence[Judged], detector: Detector) -> Target:
    """Return the target with the conversations that its address is in, of all captures."""
    found = [(part, rows) for part in parts if len(rows := _rows_of(part, target.ip))]
    if not found:
        return target
    listed = [each for part, rows in found for each in _worst(part, rows, detector)]
    listed.sort(key=lambda each: (-each.probability, each.first_ts, each.first, each.second))
    probability = listed[0].probability
    result = ConversationDetector(
        _verdict(probability, detector.threshold),
        probability,
        detector.threshold,
        sum(len(rows) for _, rows in found),
        tuple(listed[:LISTED]),
    )
    detectors = replace(target.detectors, conversation=result)
    texts = dict.fromkeys(text for each in listed for text in each.warnings)
    reasons = (Reason("evidence", "trojan_port", None, None, text) for text in texts)
    return replace(target, detectors=detectors, reasons=(*target.reasons, *reasons))


def _verdict(probability: float, threshold: float) -> ConversationVerdict:
    return "dangerous" if probability >= threshold else "safe"


def _rows_of(judged: Judged, address: str) -> Numbers:
    """Return the numbers of the conversations that an address takes part in."""
    number = ipaddress.ip_address(address)
    value = int(number) | (_MAPPED_IPV4 if number.version == 4 else 0)
    upper, lower = np.uint64(value >> 64), np.uint64(value & (1 << 64) - 1)
    key = judged.conversations.states["key"]
    is_first = (key[:, 0] == upper) & (key[:, 1] == lower)
    is_second = (key[:, 2] == upper) & (key[:, 3] == lower)
    return np.flatnonzero(is_first | is_second)


def _worst(judged: Judged, rows: Numbers, detector: Detector) -> list[Conversation]:
    """Return the worst of some conversations, and those with warnings."""
    from module4.features import warned_ports

    order = rows[np.argsort(-judged.probabilities[rows], kind="stable")]
    warned = warned_ports(judged.conversations)
    shown = dict.fromkeys([*order[:LISTED].tolist(), *(n for n in rows.tolist() if n in warned)])
    return [_conversation(judged, number, warned.get(number, {}), detector) for number in shown]


def _conversation(
    judged: Judged, number: int, ports: Mapping[int, int], detector: Detector
) -> Conversation:
    from capture.builtin.flows.addresses import address_texts

    state = judged.conversations.states[number]
    first, second = address_texts(state["key"].reshape(2, 2))
    probability = float(judged.probabilities[number])
    names = detector.templates.warnings
    return Conversation(
        first,
        second,
        int(state["packets"]),
        int(state["first_ns"]) / _SECOND,
        int(state["last_ns"]) / _SECOND,
        probability,
        _verdict(probability, detector.threshold),
        tuple(
            f"port {port}, which {names[port]} is known to have used, between {first} and {second}"
            for port in sorted(ports)
        ),
    )
