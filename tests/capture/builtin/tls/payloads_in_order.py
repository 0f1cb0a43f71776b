"""Payload of connections as ``records_at_once`` takes it."""

from collections.abc import Sequence

import numpy as np

from capture.builtin.segment import InOrder, Segment


def in_order_payload(connections: Sequence[Sequence[Segment]]) -> InOrder:
    """Return the segments of connections as packets, with other bytes around their payload."""
    segments = [segment for connection in connections for segment in connection]
    sizes = np.array([len(segment.data) for segment in segments], dtype=np.int64)
    ends = np.cumsum(sizes + 1)
    octets = b"".join(segment.data + b"\xff" for segment in segments)
    numbers = [number for number, connection in enumerate(connections) for _ in connection]
    return InOrder(
        data=np.frombuffer(octets, dtype=np.uint8),
        connections=len(connections),
        connection=np.array(numbers, dtype=np.int64),
        from_originator=np.array([segment.from_originator for segment in segments], dtype=bool),
        time_ns=np.array([segment.time_ns for segment in segments], dtype=np.int64),
        begin=ends - sizes - 1,
        end=ends - 1,
    )
