"""What module 3 says of flows, as it stands in the result document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Basis = Literal["model", "repetition"]

# Of a flood or a scan every flow is like the others.
LISTED: Final = 1_000
# As module 3 says them, which need not be loaded to read a document.
_BENIGN: Final = "Benign"
_NOT_ASSESSED: Final = "NOT ASSESSED"


@dataclass(frozen=True)
class AttackFlow:
    """A flow that is called an attack; client is who sent its first packet.

    ``basis`` is what the class rests on: the models, with their ``probability``, or that logins,
    code in requests or tries of ports are repeated, with ``evidence`` in words. ``ts`` and
    ``duration`` are seconds, ``proto`` is the number of the IP protocol.
    """

    ts: float
    duration: float
    client: str
    client_port: int
    server: str
    server_port: int
    proto: int
    attack_class: str
    probability: float | None
    basis: Basis
    evidence: str | None


@dataclass(frozen=True)
class AttackClasses:
    """The classes of the flows of a target, or of all captures.

    ``verdict`` is the attack that most flows are called, Benign if none is, and NOT ASSESSED if
    nothing can be said of any. ``counts`` are of all flows, NOT ASSESSED included; ``flows`` are
    the first ones that are called an attack.
    """

    verdict: str
    flows: tuple[AttackFlow, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def verdict_of(counts: Mapping[str, int]) -> str:
    """Return the class that stands for flows of which so many are of each class."""
    attacks = {
        name: count for name, count in counts.items() if name not in (_BENIGN, _NOT_ASSESSED)
    }
    if attacks:
        return min(attacks, key=lambda name: (-attacks[name], name))
    return _BENIGN if counts.get(_BENIGN) else _NOT_ASSESSED


def added_up(parts: Iterable[AttackClasses | None]) -> AttackClasses | None:
    """Return the classes of the flows of several documents as those of one, None without any."""
    known = [each for each in parts if each is not None]
    if not known:
        return None
    total: Counter[str] = Counter()
    for each in known:
        total.update(each.counts)
    counts = dict(sorted(total.items()))
    flows = sorted((flow for each in known for flow in each.flows), key=_by_time)
    return AttackClasses(verdict_of(counts), tuple(flows[:LISTED]), counts)


def _by_time(flow: AttackFlow) -> tuple[Any, ...]:
    return flow.ts, flow.client, flow.client_port, flow.server, flow.server_port, flow.proto
