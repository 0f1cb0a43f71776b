"""Times without any packet of the capture, which make the timers that are due then late."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SHORTEST: Final = 10**8  # in nanoseconds; as late as that does not matter
_MOST_REMEMBERED: Final = 1 << 16


class Lulls:
    """The longer times, in nanoseconds, in which network time stood still; the oldest go first."""

    def __init__(self) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        self._now = np.zeros(0, dtype=np.int64)

    def extend(self, clock: NDArray[np.int64]) -> None:
        """Take in the network times of further packets of the capture."""
        times = np.concatenate((self._now, clock))
        before = np.flatnonzero(times[1:] - times[:-1] >= _SHORTEST)
        self._begins = (self._begins + times[before].tolist())[-_MOST_REMEMBERED:]
        self._ends = (self._ends + times[before + 1].tolist())[-_MOST_REMEMBERED:]
        self._now = times[-1:]

    def timer_fires(self, due: int, period: int, after: int, until: int) -> bool:
        """Return whether a timer fires after ``after``, and by ``until``.

        It is due at ``due``, and whenever it fires, again a ``period`` later.
        """
        while True:
            fires = self._when_fires(due)
            if fires > after or fires > until:
                return fires <= until
            in_time = max(0, min(self._next_begin(fires), after) - fires) // period
            due = fires + (in_time + 1) * period

    def _when_fires(self, due: int) -> int:
        at = bisect_left(self._ends, due)
        is_late = at < len(self._ends) and self._begins[at] < due
        return self._ends[at] if is_late else due

    def _next_begin(self, time: int) -> int:
        at = bisect_left(self._begins, time)
        return self._begins[at] if at < len(self._begins) else int(self._now[-1])
