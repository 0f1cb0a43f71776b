"""Packets, block by block, to flows with what the models say of each."""

from __future__ import annotations

from typing import Final

import polars as pl

from capture.builtin.block import PacketBlock
from module3.detect import Classifier
from module3.flow_state import OBSERVED, States
from module3.flows import FlowBuilder
from module3.logins import READ
from module3.table import flow_table

SHOWN: Final = (
    "Timestamp",
    "Src IP",
    "Src Port",
    "Dst IP",
    "Dst Port",
    "Protocol",
    "Flow Duration",
)


class FlowClasses:
    """Takes the blocks of a capture; of each flow it keeps ``COLUMNS`` and what the models say.

    Flows are judged as soon as they are over, so that memory holds all of what is known of the open
    ones alone.
    """

    COLUMNS: Final = tuple(dict.fromkeys((*SHOWN, *READ, *OBSERVED)))

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._builder = FlowBuilder()
        self._judged: list[pl.DataFrame] = []

    def feed(self, block: PacketBlock) -> None:
        """Take the next block."""
        over = self._builder.feed(block)
        if len(over):
            self._judge(over)

    def finish(self) -> pl.DataFrame:
        """Return all flows, with the columns of ``Classifier.modelled``."""
        self._judge(self._builder.finish())
        return pl.concat(self._judged)

    def _judge(self, states: States) -> None:
        table = flow_table(states, logins=True)
        judged = table.select(self.COLUMNS).hstack(self._classifier.modelled(table))
        self._judged.append(judged)
