"""Time and peak memory of a command."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """Wall time and processor time in seconds, peak resident memory in 10^6 bytes, exit status.

    Processor time is of the command and the processes that it waited for; memory is of the largest
    of them, with the pages of the files that they map.
    """

    seconds: float
    processor_seconds: float
    peak_megabytes: float
    status: int


def measure(command: Sequence[str], folder: Path) -> Measurement:
    """Run a command in a folder, without its output, and return what it took."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Measurement(
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024 / 1e6,
        process.returncode,
    )
