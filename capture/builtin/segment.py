"""Pieces of byte streams and datagrams: what the flows give to the protocol parsers."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Segment(NamedTuple):
    """Bytes of one direction, delivered in order; ``missing`` bytes were lost just before them."""

    time_ns: int
    from_originator: bool
    data: bytes
    missing: int = 0


@dataclass(frozen=True)
class InOrder:
    """Payload of fresh connections without holes and repetitions, one entry a packet.

    Sorted by connection, one of as many as ``connections`` says, and then by time. The payload of
    a packet is ``data[begin:end]``, and no packet is without.
    """

    data: NDArray[np.uint8]
    connections: int
    connection: NDArray[np.int64]
    from_originator: NDArray[np.bool_]
    time_ns: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
