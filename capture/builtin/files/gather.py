"""Short runs of bytes from many places of a buffer at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def gather(data: NDArray[np.uint8], start: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Return the ``width`` bytes from each position on, as an array of shape (n, width).

    Behind the end of ``data`` there are zeros. Whether those bytes belong to the packet is for
    the caller to check.
    """
    if not len(start):
        return np.empty((0, width), np.uint8)
    last = len(data) - width
    if last < 0:
        data = np.concatenate([data, np.zeros(-last, np.uint8)])
        last = 0
    late = np.flatnonzero(start > last)
    rows = _rows(data, np.minimum(start, last) if len(late) else start, width)
    if len(late):
        tail = np.concatenate([data[last:], np.zeros(width, np.uint8)])
        rows[late] = _rows(tail, np.minimum(start[late] - last, width), width)
    return rows


def _rows(data: NDArray[np.uint8], start: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Copy a row of bytes from each position, as items of ``width`` bytes each."""
    items = np.ndarray((len(data) - width + 1,), f"V{width}", buffer=data, strides=(1,))
    copied: NDArray[np.uint8] = items[start].view(np.uint8).reshape(-1, width)
    return copied
