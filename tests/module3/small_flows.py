"""Flow tables of hand-made packets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from module3.flows import FlowBuilder
from module3.table import flow_table
from tests.capture.builtin.flows.packet_blocks import Packet, blocks

CLIENT = ("10.0.0.1", 40000)
SERVER = ("192.0.2.7", 443)


def tcp(at: float, flags: str, size: int = 0, window: int = 1000) -> Packet:
    """Return a segment of the client."""
    return Packet(at, *CLIENT, *SERVER, flags=flags, payload=bytes(size), window=window)


def answer(at: float, flags: str, size: int = 0, window: int = 2000) -> Packet:
    """Return a segment of the server."""
    return Packet(at, *SERVER, *CLIENT, flags=flags, payload=bytes(size), window=window)


def rows(packets: Sequence[Packet], size: int = 1 << 16, *, cic: bool = False) -> list[Any]:
    """Return the rows of the flow table; the packets come in blocks of a size."""
    builder = FlowBuilder(cic=cic)
    over = [builder.feed(block) for block in blocks(packets, size)]
    table = flow_table(np.concatenate((*over, builder.finish())), cic=cic)
    return table.to_dicts()


def row(packets: Sequence[Packet], *, cic: bool = False) -> dict[str, Any]:
    """Return the only row."""
    (only,) = rows(packets, cic=cic)
    found: dict[str, Any] = only
    return found


def packet_counts(found: Sequence[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return packets forward and backward, a flow each."""
    return [(each["Tot Fwd Pkts"], each["Tot Bwd Pkts"]) for each in found]
