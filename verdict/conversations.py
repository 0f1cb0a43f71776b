"""Conversations in captures, and the result document with what they say of targets and captures."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
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


@dataclass(frozen=True)
class _OfAddresses:
    """Judged conversations, the numbers of those of each address, and which have warnings."""

    judged: Judged
    rows: Mapping[str, Numbers]
    warned: Mapping[int, Mapping[int, int]]


def judge(
    path: Path,
    detector: Detector,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Judged:
    """Return the judged conversations of a capture; raises ``UnreadableInputError``."""
    from module4.features import conversations_of_capture

    found = conversations_of_capture(
        path, detector.templates, decompressed_limit=decompressed_limit, progress=progress
    ).conversations
    return Judged(found, detector.score(found).round(_DECIMALS))


def with_conversations(
    document: Document, judged: Mapping[str, Judged], detector: Detector
) -> Document:
    """Return the document with the conversations of each target and the verdict on each capture.

    ``judged`` are captures by their path in the document; those that are not there, such as folders
    of logs, are not assessed.
    """
    addresses = {target.ip for target in document.targets}
    parts = [_of_addresses(judged[path], addresses) for path in sorted(judged)]
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


def _target(target: Target, parts: Sequence[_OfAddresses], detector: Detector) -> Target:
    """Return the target with the conversations that its address is in, of all captures."""
    found = [(part, part.rows[target.ip]) for part in parts if target.ip in part.rows]
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


def _of_addresses(judged: Judged, addresses: Iterable[str]) -> _OfAddresses:
    """Find the conversations of all the addresses at once."""
    from module4.features import warned_ports

    key = judged.conversations.states["key"]
    number = np.arange(len(key))
    sides = pl.DataFrame(
        {
            "upper": np.concatenate([key[:, 0], key[:, 2]]),
            "lower": np.concatenate([key[:, 1], key[:, 3]]),
            "number": np.concatenate([number, number]),
        }
    )
    wanted = pl.DataFrame(
        [(address, *_halves(address)) for address in sorted(addresses)],
        schema={"address": pl.String, "upper": pl.UInt64, "lower": pl.UInt64},
        orient="row",
    )
    found = sides.join(wanted, on=["upper", "lower"]).unique(["address", "number"])
    numbers = found.sort("address", "number").group_by("address", maintain_order=True)
    rows = {address: part["number"].to_numpy() for (address,), part in numbers}
    return _OfAddresses(judged, rows, warned_ports(judged.conversations))


def _halves(address: str) -> tuple[int, int]:
    """Return the upper and lower 64 bits of an address as conversations have them."""
    number = ipaddress.ip_address(address)
    value = int(number) | (_MAPPED_IPV4 if number.version == 4 else 0)
    return value >> 64, value & (1 << 64) - 1


def _worst(part: _OfAddresses, rows: Numbers, detector: Detector) -> list[Conversation]:
    """Return the worst of some conversations, and those with warnings."""
    judged, warned = part.judged, part.warned
    order = rows[np.argsort(-judged.probabilities[rows], kind="stable")]
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
