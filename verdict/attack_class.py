"""What module 3 says of flows, as it stands in the result document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Basis = Literal["model", "repetition"]


@dataclass(frozen=True)
class AttackFlow:
    """A flow that is called an attack; client is who sent its first packet.

    ``basis`` is what the class rests on: the models, with their ``probability``, or that logins are
    repeated, with ``evidence`` in words. ``ts`` and ``duration`` are seconds, ``proto`` is the
    number of the IP protocol.
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
