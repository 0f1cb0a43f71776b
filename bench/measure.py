"""Wall time and peak memory of a command."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """Wall time in seconds, peak resident memory in MB (10^6 bytes), and the exit status."""

    seconds: float
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
    return Measurement(seconds, usage.ru_maxrss * 1024 / 1e6, process.returncode)
