"""A capture to its flow table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from capture.builtin.packets import PacketReader
from module3.flow_state import States, joined
from module3.flows import FlowBuilder
from module3.table import flow_table


class CaptureFlows(NamedTuple):
    """The flows of a capture, how many packets it has, and what was left out by reason."""

    table: pl.DataFrame
    packets: int
    skipped: Mapping[str, int]


def flows_of_capture(
    path: Path,
    *,
    cic: bool = False,
    logins: bool = False,
    packets_per_block: int = 1 << 17,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> CaptureFlows:
    """Return the flow table of a capture file, see ``table.flow_table``.

    A compressed file may expand to ``decompressed_limit`` bytes. The size of the blocks decides on
    memory and speed alone, but that the body of a request with a password is only looked for in the
    same block. ``progress`` is that of the ``PacketReader``.

    Raises
    ------
    capture.errors.UnreadableInputError
        If the path holds no capture in a known format, or one that expands too much.
    """
    reader = PacketReader(
        path,
        packets_per_block=packets_per_block,
        decompressed_limit=decompressed_limit,
        progress=progress,
    )
    table = flow_table(_flows(reader, cic=cic, logins=logins), cic=cic, logins=logins)
    return CaptureFlows(table, reader.packets, dict(sorted(reader.skipped.items())))


def _flows(reader: PacketReader, *, cic: bool, logins: bool) -> States:
    builder = FlowBuilder(cic=cic, logins=logins)
    over = [builder.feed(block) for block in reader]
    return joined(*over, builder.finish())
