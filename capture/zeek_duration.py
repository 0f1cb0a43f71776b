"""How much sooner the builtin engine would have been done than Zeek was."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from capture.builtin.files.capture_file import CaptureFile

# Packets a second of one process, logs written, as ``python -m bench`` shows for its replay of the
# sample captures on two cores. Other machines and captures differ, so that the line says "about".
BUILTIN_RATE: Final = 170_000
_LONG: Final = 10.0  # seconds
_RECORDS_AT_ONCE: Final = 1 << 18


def faster_by_builtin(capture: Path, seconds: float, decompressed_limit: int | None) -> str | None:
    """Return a line about the builtin engine where Zeek took long for a capture, else None.

    The packets are counted; how long they would take is known from ``BUILTIN_RATE``. Raises
    ``UnreadableInputError`` as the builtin engine would.
    """
    if seconds <= _LONG:
        return None
    blocks = CaptureFile(
        capture, records_per_block=_RECORDS_AT_ONCE, decompressed_limit=decompressed_limit
    )
    packets = sum(len(block) for block in blocks)
    expected = max(1.0, packets / BUILTIN_RATE)
    if expected >= seconds:
        return None
    return (
        f"{capture}: zeek took {seconds:.0f} s for {packets:,} packets; --engine builtin would "
        f"take about {expected:.0f} s, {seconds / expected:.0f} times as fast"
    )
