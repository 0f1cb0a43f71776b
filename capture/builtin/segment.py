"""A piece of a reassembled byte stream: what the flows give to the protocol parsers."""

from typing import NamedTuple


class Segment(NamedTuple):
    """Bytes of one direction, delivered in order; ``missing`` bytes were lost just before them."""

    time_ns: int
    from_originator: bool
    data: bytes
    missing: int = 0
