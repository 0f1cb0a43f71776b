"""How fast our commands are, and other programs on the same capture in the same run."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.table import Table

from bench.contenders import Contender, detect_command, logs_command, peers
from bench.measure import Measurement
from bench.setting import Capture, Setting
from bench.tables import FINE, marked, table_of, times

_HEADINGS = ("command", "version", "seconds", "CPU s", "packets/s", "peak MB")


def compare_with_peers(setting: Setting) -> Table:
    """Time logs and detect, in one process and on all cores, and the peers that are installed."""
    capture = setting.capture(setting.packets)
    installed, absent = peers(capture.path, setting.python)
    contenders = [*_ours(capture, setting), *installed]
    table = peer_table(capture, contenders, [setting.best(one.command) for one in contenders])
    table.caption = f"not installed: {', '.join(absent)}" if absent else None
    return table


def _ours(capture: Capture, setting: Setting) -> list[Contender]:
    """Return our commands, first the one that the others are compared with."""
    jobs = (1, os.cpu_count() or 1)
    ours = [
        (f"logs --jobs {n}", logs_command([capture.path], setting.logs, n), (0,)) for n in jobs
    ] + [
        (f"detect --jobs {n}", detect_command(capture.path, setting.folder, n), FINE) for n in jobs
    ]
    return [Contender(name, "here", command, fine) for name, command, fine in ours]


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
