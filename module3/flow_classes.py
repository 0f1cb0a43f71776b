"""Packets, block by block, to flows with what the models say of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from capture.builtin.block import PacketBlock
from module3.classes import CLASSES
from module3.detect import NOT_ASSESSED, Classifier
from module3.flow_state import INJECTIONS, OBSERVED, OPENINGS, States, new_states
from module3.flows import MOST_OPEN, FlowBuilder
from module3.logins import READ
from module3.table import flow_table, in_parts

SHOWN: Final = (
    "Timestamp",
    "Src IP",
    "Src Port",
    "Dst IP",
    "Dst Port",
    "Protocol",
    "Flow Duration",
)
_PORT: Final = pl.UInt16()
_COUNT: Final = pl.Int32()  # as the packets are counted; with a sign, since rules subtract
# Of a flood a million flows are kept.
_SMALL: Final = {
    "Src Port": _PORT,
    "Dst Port": _PORT,
    "Protocol": pl.UInt8(),
    **dict.fromkeys((*OPENINGS, *INJECTIONS), _COUNT),
    "HTTP Credentials": pl.UInt32(),
    "class": pl.Enum([*CLASSES, NOT_ASSESSED]),
}


class FlowClasses:
    """Takes the blocks of a capture; of each flow it keeps ``COLUMNS`` and what the models say.

    Flows are judged as soon as they are over, some at a time, so that memory holds all of what is
    known of the open ones alone. ``most_open`` is as in ``FlowBuilder``.
    """

    COLUMNS: Final = tuple(dict.fromkeys((*SHOWN, *READ, *OBSERVED)))

    def __init__(self, classifier: Classifier, *, most_open: int = MOST_OPEN) -> None:
        self._classifier = classifier
        self._builder = FlowBuilder(most_open=most_open)
        self._judged: list[pl.DataFrame] = []

    @property
    def skipped(self) -> Mapping[str, int]:
        """What was lost, by reason."""
        return self._builder.skipped

    def feed(self, block: PacketBlock) -> None:
        """Take the next block."""
        self._judge(self._builder.feed(block))

    def finish(self) -> pl.DataFrame:
        """Return all flows, with the columns of ``Classifier.modelled``."""
        self._judge(self._builder.finish())
        judged, self._judged = self._judged, []
        return pl.concat(judged or [self._kept(flow_table(new_states(0), logins=True))])

    def _judge(self, states: States) -> None:
        for part in in_parts(states):
            self._judged.append(self._kept(flow_table(part, logins=True)))

    def _kept(self, table: pl.DataFrame) -> pl.DataFrame:
        judged = table.select(self.COLUMNS).hstack(self._classifier.modelled(table))
        return judged.with_columns(pl.col(name).cast(kind) for name, kind in _SMALL.items())
