"""Records of a part of a capture file: where each frame lies, when it was seen and on what link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

CUT_OFF: Final = "cut off in mid-packet"
CORRUPT: Final = "corrupt record header"
EMPTY: Final = "record header of zeros"
GIVEN_UP: Final = "rest of the file not read: too many corrupt records"

# libpcap refuses a longer record in files of the link types that carry IP packets.
MAXIMUM_CAPTURED: Final = 262_144

# Looking for the next sound record is slow; a file with more corrupt ones is given up.
MOST_CORRUPT: Final = 1000


# In place of a link type: the file has a frame of an interface that it does not describe.
UNDECLARED: Final = -1


@dataclass(frozen=True)
class Records:
    """Frames found in ``data``; every array has one entry a frame, in file order.

    ``consumed`` is how many bytes of ``data`` need not be looked at again; ``skipped`` counts by
    reason what the file holds but could not be delivered as a frame, ``notes`` what was delivered
    with something amiss.
    """

    data: NDArray[np.uint8]
    offset: NDArray[np.int64]  # of the frame's first byte in ``data``
    captured: NDArray[np.int64]  # bytes of the frame that the file holds
    length: NDArray[np.int64]  # bytes of the frame on the wire
    time_ns: NDArray[np.int64]  # nanoseconds since the Unix epoch
    link_type: NDArray[np.int64]  # LINKTYPE_ value, or UNDECLARED
    consumed: int
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.offset)


def joined(data: NDArray[np.uint8], parts: Sequence[Records]) -> Records:
    """Return the records of one stretch of ``data`` after another as those of all of it."""
    if len(parts) == 1:
        return parts[0]
    ends = np.cumsum([part.consumed for part in parts]).tolist()
    begins = [0, *ends[:-1]]
    return Records(
        data=data,
        offset=np.concatenate([part.offset + at for part, at in zip(parts, begins, strict=True)]),
        captured=np.concatenate([part.captured for part in parts]),
        length=np.concatenate([part.length for part in parts]),
        time_ns=np.concatenate([part.time_ns for part in parts]),
        link_type=np.concatenate([part.link_type for part in parts]),
        consumed=ends[-1],
        skipped=sum((part.skipped for part in parts), Counter()),
        notes=sum((part.notes for part in parts), Counter()),
    )
