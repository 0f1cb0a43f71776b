"""A capture to its flow table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from capture.builtin.packets import PacketReader
from capture.builtin.spool.sorted_table import SortedTable
from module3.flow_state import States, new_states
from module3.flows import MOST_OPEN, FlowBuilder
from module3.table import flow_table, in_parts

# Rows that wait in memory, in bytes; others wait in a temporary file.
BYTES_IN_MEMORY: Final = 1 << 25
# What rows are sorted by: the time of the first packet, then the key from its last number on.
_ORDER: Final = ("first_time", *(f"key {column}" for column in reversed(range(5))))


class CaptureFlows(NamedTuple):
    """The flows of a capture, how many packets it has, and what was left out by reason."""

    table: pl.DataFrame
    packets: int
    skipped: Mapping[str, int]


class FlowsInParts(NamedTuple):
    """The same, with the table in parts, which can be asked for once; the first has no rows."""

    tables: Iterator[pl.DataFrame]
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

    See ``flows_in_parts`` for the arguments, and what is raised.
    """
    with flows_in_parts(
        path,
        cic=cic,
        logins=logins,
        packets_per_block=packets_per_block,
        decompressed_limit=decompressed_limit,
        progress=progress,
    ) as found:
        return CaptureFlows(pl.concat(found.tables), found.packets, found.skipped)


@contextmanager
def flows_in_parts(
    path: Path,
    *,
    cic: bool = False,
    logins: bool = False,
    packets_per_block: int = 1 << 17,
    most_open: int = MOST_OPEN,
    bytes_in_memory: int = BYTES_IN_MEMORY,
    decompressed_limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[FlowsInParts]:
    """Give the flow table of a capture file in parts, until the context ends.

    A compressed file may expand to ``decompressed_limit`` bytes. Of the rows, about
    ``bytes_in_memory`` wait in memory, others in a temporary file. Both this and the size of the
    blocks decide on memory and speed alone, but that the body of a request with a password is only
    looked for in the same block. ``most_open`` is as in ``FlowBuilder``, ``progress`` is that of
    the ``PacketReader``.

    Raises
    ------
    capture.errors.UnreadableInputError
        If the path holds no capture in a known format, or one that expands too much.
    capture.errors.EngineError
        If a temporary file cannot be written.
    """
    reader = PacketReader(
        path,
        packets_per_block=packets_per_block,
        decompressed_limit=decompressed_limit,
        progress=progress,
    )
    builder = FlowBuilder(cic=cic, logins=logins, most_open=most_open)
    none = flow_table(new_states(0), cic=cic, logins=logins)
    with closing(SortedTable(_ORDER, bytes_in_memory)) as sorted_:
        for states in _flows(reader, builder):
            for part in in_parts(states, cic=cic):
                table = flow_table(part, cic=cic, logins=logins)
                sorted_.add(table.hstack(_places(part)))
        skipped = dict(sorted((Counter(reader.skipped) + builder.skipped).items()))
        tables = chain([none], sorted_.batches(none.columns))
        yield FlowsInParts(tables, reader.packets, skipped)


def _flows(reader: PacketReader, builder: FlowBuilder) -> Iterator[States]:
    for block in reader:
        yield builder.feed(block)
    yield builder.finish()


def _places(states: States) -> pl.DataFrame:
    """Return what ``_ORDER`` names."""
    keys = (states["key"][:, column] for column in reversed(range(5)))
    values = (states["first_time"], *keys)
    return pl.DataFrame(dict(zip(_ORDER, map(np.ascontiguousarray, values), strict=True)))
