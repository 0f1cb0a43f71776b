"""Frames within tunnels that hold exactly one IP packet, as Zeek wants of most tunnels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.frames import Frames, big16
from capture.builtin.files.gather import gather


def accept(inner: Frames, valid: NDArray[np.bool_]) -> Frames:
    """Return the frames whose tunnel header is valid and not cut off; others are no tunnel."""
    return inner.take(valid & (inner.kind < kinds.FIRST_FAILURE))


def holds_one_packet(
    data: NDArray[np.uint8], inner: Frames, version: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Return which frames hold exactly the one IP packet that their header announces.

    It has to be of the ``version``, if one is given. How much of it was captured does not matter.
    """
    rows = gather(data, inner.start, 6)
    found = rows[:, 0] >> 4
    total = np.where(found == 4, big16(rows, 2), big16(rows, 4) + 40)
    right = (found == 4) | (found == 6) if version is None else found == version
    return np.asarray(right & (total == inner.end - inner.start), np.bool_)
