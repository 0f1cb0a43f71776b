"""Time stamps of capture files as nanoseconds since the Unix epoch, kept within 64 bits."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

NANOSECONDS: Final = 1_000_000_000
CLIPPED: Final = "only the time stamp, which is out of range"

# Seconds either side of the epoch of which differences, and a day more, fit into 64 bits of
# nanoseconds: the years 1823 to 2116.
_MOST_SECONDS: Final = 2**62 // NANOSECONDS - 86_400
_FINEST_BINARY: Final = 30


def nanoseconds(
    ticks: NDArray[np.uint64], resolution: NDArray[np.int64], offset: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Return nanoseconds since the epoch, and how many stamps had to be clipped.

    Per stamp, ``resolution`` is the byte of pcapng's ``if_tsresol``: the negative power of 10 of a
    second, or of 2 with the top bit set. ``offset`` is added, in seconds.
    """
    seconds, fraction = np.zeros_like(offset), np.zeros_like(offset)
    for each in np.flatnonzero(np.bincount(resolution)):
        rows = np.flatnonzero(resolution == each)
        seconds[rows], fraction[rows] = _split(ticks[rows], int(each))
    shifted = seconds + np.clip(offset, -_MOST_SECONDS, _MOST_SECONDS)
    kept = np.clip(shifted, -_MOST_SECONDS, _MOST_SECONDS)
    return kept * NANOSECONDS + fraction, int(np.count_nonzero(kept != shifted))


def _split(
    ticks: NDArray[np.uint64], resolution: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return whole seconds (at most 2 ** 62) and the rest in nanoseconds."""
    if resolution & 0x80:
        return _split_binary(ticks, resolution & 0x7F)
    return _split_decimal(ticks, resolution)


def _split_binary(
    ticks: NDArray[np.uint64], power: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    surplus = max(power - _FINEST_BINARY, 0)
    ticks = ticks >> np.uint64(surplus) if surplus < 64 else np.zeros_like(ticks)
    power = min(power, _FINEST_BINARY)
    seconds = np.minimum(ticks >> np.uint64(power), np.uint64(2**62))
    rest = ticks & np.uint64((1 << power) - 1)
    return seconds, ((rest * np.uint64(NANOSECONDS)) >> np.uint64(power)).astype(np.int64)


def _split_decimal(
    ticks: NDArray[np.uint64], power: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    surplus = max(power - 9, 0)
    # 64 bits hold fewer than 20 decimal digits.
    ticks = ticks // np.uint64(10**surplus) if surplus < 20 else np.zeros_like(ticks)
    a_second = np.uint64(10 ** min(power, 9))
    seconds = np.minimum(ticks // a_second, np.uint64(2**62))
    rest = (ticks % a_second).astype(np.int64)
    return seconds, rest * (NANOSECONDS // int(a_second))
