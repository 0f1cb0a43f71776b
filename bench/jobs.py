"""Whether several captures use all cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from rich.table import Table

from bench.contenders import logs_command
from bench.measure import Measurement
from bench.setting import Setting
from bench.tables import marked, table_of, times

_CAPTURES_A_CORE: Final = 2
_HEADINGS = ("command", "seconds", "times as fast")


def measure_jobs(setting: Setting) -> Table:
    """Time logs on several captures, one after another and on all cores."""
    cores = os.cpu_count() or 1
    count = _CAPTURES_A_CORE * cores
    captures = [
        setting.capture(setting.packets // count, f"{number}.pcap") for number in range(count)
    ]
    paths = [capture.path for capture in captures]
    jobs = (1, cores)
    measured = [setting.best(logs_command(paths, setting.logs, number)) for number in jobs]
    title = f"Several captures: {count} of {captures[0].packets:,} packets"
    return jobs_table(title, jobs, measured)


def jobs_table(title: str, jobs: Sequence[int], measurements: Sequence[Measurement]) -> Table:
    """Return a row for each number of jobs, compared with the first."""
    rows = [
        (
            marked(f"logs --jobs {number}", measured),
            f"{measured.seconds:.2f}",
            times(measurements[0].seconds, measured.seconds),
        )
        for number, measured in zip(jobs, measurements, strict=True)
    ]
    return table_of(title, _HEADINGS, rows)
