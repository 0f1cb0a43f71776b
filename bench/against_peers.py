"""How fast our commands are, and other programs on the same capture in the same run."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bench.contenders import Contender, detect_command, logs_command, peers
from bench.measure import Measurement
from bench.setting import Capture, Setting
from bench.tables import FINE, marked, table_of, times

_HEADINGS = ("command", "version", "seconds", "CPU s", "packets/s", "peak MB")


def compare_with_peers(setting: Setting) -> Table:
    """Time logs, detect and the peers that are installed on one capture."""
    capture = setting.capture(setting.packets)
    ours = [
        Contender("logs", "this checkout", logs_command([capture.path], setting.logs)),
        Contender("detect", "this checkout", detect_command(capture.path, setting.folder), FINE),
    ]
    installed, absent = peers(capture.path, setting.python)
    contenders = [*ours, *installed]
    table = peer_table(capture, contenders, [setting.best(one.command) for one in contenders])
    table.caption = f"not installed: {', '.join(absent)}" if absent else None
    return table


def peer_table(
    capture: Capture, contenders: Sequence[Contender], measurements: Sequence[Measurement]
) -> Table:
    """Return a row a contender; the first is what the others are compared with."""
    rows = [
        (
            marked(contender.name, measured, contender.fine),
            contender.version,
            f"{measured.seconds:.2f}",
            f"{measured.processor_seconds:.2f}",
            f"{capture.packets / measured.seconds:,.0f}",
            f"{measured.peak_megabytes:.0f}",
            times(measured.seconds, measurements[0].seconds),
            times(measured.processor_seconds, measurements[0].processor_seconds),
        )
        for contender, measured in zip(contenders, measurements, strict=True)
    ]
    title = f"Against peers: {capture.packets:,} packets, {capture.megabytes:,.0f} MB"
    compared = (f"times {contenders[0].name}", "in CPU time")
    return table_of(title, (*_HEADINGS, *compared), rows)
