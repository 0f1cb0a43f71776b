"""Whether eight times the packets take eight times the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.table import Table

from bench.contenders import logs_command
from bench.measure import Measurement
from bench.setting import Capture, Setting
from bench.tables import marked, table_of, times

_PART: Final = 8
_HEADINGS = ("command", "packets", "times", "seconds", "times as long", "packets/s", "peak MB")


def measure_linearity(setting: Setting) -> Table:
    """Time logs on an eighth of the packets and on all of them."""
    captures = [
        setting.capture(setting.packets // _PART, "eighth.pcap"),
        setting.capture(setting.packets, "whole.pcap"),
    ]
    measurements = [
        setting.best(logs_command([capture.path], setting.logs)) for capture in captures
    ]
    return linearity_table(captures, measurements)


def linearity_table(captures: Sequence[Capture], measurements: Sequence[Measurement]) -> Table:
    """Return a row a capture, packets and seconds compared with the first's."""
    rows = [
        (
            marked("logs", measured),
            f"{capture.packets:,}",
            times(capture.packets, captures[0].packets),
            f"{measured.seconds:.2f}",
            times(measured.seconds, measurements[0].seconds),
            f"{capture.packets / measured.seconds:,.0f}",
            f"{measured.peak_megabytes:.0f}",
        )
        for capture, measured in zip(captures, measurements, strict=True)
    ]
    return table_of("Linearity", _HEADINGS, rows)
