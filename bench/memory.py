"""Peak memory by size of the capture, and of a scan that opens very many flows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.table import Table

from bench.contenders import logs_command
from bench.measure import measure
from bench.setting import Capture, Setting
from bench.syn_scan import write_syn_scan
from bench.tables import marked, table_of

_HEADINGS = ("capture", "packets", "MB", "seconds", "peak MB")


def measure_memory(setting: Setting, gigabytes: Sequence[float], flows: int) -> Table:
    """Run logs once on captures of these sizes, and on a scan of so many flows.

    One capture is there at a time.
    """
    rows = []
    for name, capture in _captures(setting, gigabytes, flows):
        measured = measure(logs_command([capture.path], setting.logs), setting.folder)
        sizes = (f"{capture.packets:,}", f"{capture.megabytes:,.0f}")
        seconds, peak = f"{measured.seconds:.2f}", f"{measured.peak_megabytes:.0f}"
        rows.append((marked(name, measured), *sizes, seconds, peak))
        capture.path.unlink()
    return table_of("Peak memory of logs", _HEADINGS, rows)


def packets_for(gigabytes: float, setting: Setting) -> int:
    """Return how many replayed packets fill a file of that size (10^9 bytes)."""
    return math.ceil(gigabytes * 1e9 * len(setting.tape) / len(setting.tape.content))


def _captures(
    setting: Setting, gigabytes: Sequence[float], flows: int
) -> Iterator[tuple[str, Capture]]:
    for size in gigabytes:
        yield "replay", setting.capture(packets_for(size, setting))
    scan = setting.folder / "scan.pcap"
    write_syn_scan(scan, flows)
    yield "SYN scan", Capture(scan, flows)
