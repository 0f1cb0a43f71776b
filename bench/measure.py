"""Time and peak memory of a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
    """Run a command in a folder, without its output, and return what it took.

    A small process starts it, since the system counts what the starting process had in memory as
    the command's own.
    """
    starter = [sys.executable, str(Path(__file__).resolve()), str(folder), *command]
    result = subprocess.run(starter, capture_output=True, text=True, check=True)
    return Measurement(**json.loads(result.stdout))


def _run(command: Sequence[str], folder: str) -> Measurement:
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


if __name__ == "__main__":
    print(json.dumps(asdict(_run(sys.argv[2:], sys.argv[1]))))
