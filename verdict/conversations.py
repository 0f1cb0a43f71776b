"""Conversations in captures, and the result document with what they say of targets and captures."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from verdict.addresses import normal_form
from verdict.conversation_document import (
    CaptureConversations,
    Conversation,
    ConversationDetector,
    ConversationVerdict,
)
from verdict.document import Capture, Document, Reason, Target

if TYPE_CHECKING:
    from module4.detect import Detector
    from verdict.judged_conversations import Judged

# Of a target's conversations the worst so many are listed.
LISTED: Final = 100
# Of its ports that trojans have used so many are named: in a scan each is like the others.
NAMED: Final = 10
_SECOND: Final = 1e9
_MAPPED_IPV4: Final = 0xFFFF << 32

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class _OfAddresses:
    """How many of a capture's conversations each address has, and which of them are listed.

    ``warnings`` are how many ports that trojans have used there are in all of them.
    """

    counts: Mapping[str, int]
    warnings: Mapping[str, int]
    listed: Mapping[str, Sequence[Conversation]]


def with_conversations(
    document: Document, judged: Mapping[str, Judged], detector: Detector
) -> Document:
    """Return the document with the conversations of each target and the verdict on each capture.

    ``judged`` are captures by their path in the document; those that are not there, such as folders
    of logs, are not assessed.
    """
    addresses = {target.ip for target in document.targets}
    parts = [_of_addresses(judged[path], addresses, detector) for path in sorted(judged)]
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
    found = [part for part in parts if target.ip in part.counts]
    if not found:
        return target
    listed = [each for part in found for each in part.listed[target.ip]]
    listed.sort(key=lambda each: (-each.probability, each.first_ts, each.first, each.second))
    probability = listed[0].probability
    result = ConversationDetector(
        _verdict(probability, detector.threshold),
        probability,
        detector.threshold,
        sum(part.counts[target.ip] for part in found),
        tuple(listed[:LISTED]),
    )
    detectors = replace(target.detectors, conversation=result)
    texts = _trojan_ports(listed, sum(part.warnings[target.ip] for part in found))
    reasons = (Reason("evidence", "trojan_port", None, None, text) for text in texts)
    return replace(target, detectors=detectors, reasons=(*target.reasons, *reasons))


def _trojan_ports(listed: Iterable[Conversation], count: int) -> Iterator[str]:
    """Return the first of so many warnings, and how many there are besides."""
    warnings = [text for each in listed for text in each.warnings]
    named = dict.fromkeys(islice(dict.fromkeys(warnings), NAMED))
    yield from named
    others = count - sum(text in named for text in warnings)
    if others:
        yield f"further uses of ports that trojans are known to have used: {others:,}"


def _verdict(probability: float, threshold: float) -> ConversationVerdict:
    return "dangerous" if probability >= threshold else "safe"


def _of_addresses(judged: Judged, addresses: Iterable[str], detector: Detector) -> _OfAddresses:
    """Find the conversations of all the addresses at once."""
    from module4.features import warned_ports

    warned = warned_ports(judged.conversations)
    rows = _rows_of(judged, addresses)
    shown = {address: _worst(judged, own, warned) for address, own in rows.items()}
    numbers = sorted({number for own in shown.values() for number in own})
    found = dict(zip(numbers, _conversations(judged, numbers, warned, detector), strict=True))
    return _OfAddresses(
        {address: len(own) for address, own in rows.items()},
        {
            address: sum(len(warned.get(number, ())) for number in own.tolist())
            for address, own in rows.items()
        },
        {address: [found[number] for number in own] for address, own in shown.items()},
    )


def _rows_of(judged: Judged, addresses: Iterable[str]) -> dict[str, Numbers]:
    """Return the numbers of the conversations of each address that has any, ascending.

    What stands in the place of an address in logs may be none.
    """
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
        [(each, *_halves(known)) for each in sorted(addresses) if (known := normal_form(each))],
        schema={"address": pl.String, "upper": pl.UInt64, "lower": pl.UInt64},
        orient="row",
    )
    found = sides.join(wanted, on=["upper", "lower"]).group_by("address")
    lists = found.agg(pl.col("number").unique().sort())
    return {address: np.array(own, dtype=np.int64) for address, own in lists.iter_rows()}


def _halves(address: str) -> tuple[int, int]:
    """Return the upper and lower 64 bits of an address as conversations have them."""
    number = ipaddress.ip_address(address)
    value = int(number) | (_MAPPED_IPV4 if number.version == 4 else 0)
    return value >> 64, value & (1 << 64) - 1


def _worst(judged: Judged, rows: Numbers, warned: Mapping[int, Mapping[int, int]]) -> Sequence[int]:
    """Return the worst of some conversations, and the first ones with warnings."""
    order = rows[np.argsort(-judged.probabilities[rows], kind="stable")]
    warnings = (number for number in rows.tolist() if number in warned)
    return list(dict.fromkeys([*order[:LISTED].tolist(), *islice(warnings, NAMED)]))


def _conversations(
    judged: Judged,
    numbers: Sequence[int],
    warned: Mapping[int, Mapping[int, int]],
    detector: Detector,
) -> Iterator[Conversation]:
    """Return conversations as they stand in the document."""
    from capture.builtin.flows.addresses import address_texts

    states = judged.conversations.states[np.array(numbers, dtype=np.int64)]
    columns = (
        numbers,
        address_texts(states["key"][:, :2]).tolist(),
        address_texts(states["key"][:, 2:]).tolist(),
        states["packets"].tolist(),
        (states["first_ns"] / _SECOND).tolist(),
        (states["last_ns"] / _SECOND).tolist(),
        judged.probabilities[np.array(numbers, dtype=np.int64)].tolist(),
    )
    for number, first, second, packets, begin, end, probability in zip(*columns, strict=True):
        verdict = _verdict(probability, detector.threshold)
        ports = sorted(warned.get(number, ()))
        warnings = tuple(_warning(port, first, second, detector) for port in ports)
        yield Conversation(first, second, packets, begin, end, probability, verdict, warnings)


def _warning(port: int, first: str, second: str, detector: Detector) -> str:
    name = detector.templates.warnings[port]
    return f"port {port}, which {name} is known to have used, between {first} and {second}"
