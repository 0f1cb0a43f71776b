"""What a verdict takes beyond the logs: a large capture, and a small one from process start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.table import Table

from bench.contenders import detect_command, logs_command
from bench.measure import Measurement
from bench.replay import write_beginning
from bench.setting import Capture, Setting
from bench.tables import marked, table_of, times

_SMALL: Final = 20_000
_COMMANDS = ("logs", "detect")
_HEADINGS = ("command", "seconds", "CPU s", "times logs", "peak MB")


def measure_detection(setting: Setting) -> Table:
    """Time logs and detect on a large capture."""
    capture = setting.capture(setting.packets)
    title = f"File to verdict: {capture.packets:,} packets, {capture.megabytes:,.0f} MB"
    return detection_table(title, _both(setting, capture))


def measure_start(setting: Setting) -> Table:
    """Time logs and detect on a capture of 20 kB, process start included."""
    path = setting.folder / "small.pcap"
    capture = Capture(path, write_beginning(setting.tape, path, _SMALL))
    title = f"Process start to verdict: {capture.packets:,} packets, {_SMALL / 1000:.0f} kB"
    return detection_table(title, _both(setting, capture))


def detection_table(title: str, measurements: Sequence[Measurement]) -> Table:
    """Return a row each for logs and detect."""
    rows = [
        (
            marked(name, measured),
            f"{measured.seconds:.2f}",
            f"{measured.processor_seconds:.2f}",
            times(measured.seconds, measurements[0].seconds),
            f"{measured.peak_megabytes:.0f}",
        )
        for name, measured in zip(_COMMANDS, measurements, strict=True)
    ]
    return table_of(title, _HEADINGS, rows)


def _both(setting: Setting, capture: Capture) -> list[Measurement]:
    return [
        setting.best(logs_command([capture.path], setting.logs)),
        setting.best(detect_command(capture.path, setting.folder)),
    ]
