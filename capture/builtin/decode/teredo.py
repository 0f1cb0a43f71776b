"""Teredo (RFC 4380): IPv6 in UDP, behind indications of servers, between ports of any number."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.exact import accept, holds_one_packet
from capture.builtin.decode.frames import Frames, big16, big32, byte
from capture.builtin.files.gather import gather

TEREDO_PREFIX: Final = 0x20010000  # addresses begin so: 2001::/32
_ORIGIN: Final = 8  # bytes of an origin indication
_IPV6: Final = 40


def open_teredo(data: NDArray[np.uint8], payloads: Frames) -> Frames:
    """Skip authentication and origin indication (RFC 4380 section 5.1.1)."""
    rows = gather(data, payloads.start, 4)
    size = np.where(big16(rows, 0) == 1, _authentication_size(rows), 0)
    inner = payloads.advance(size, kinds.IP, 4)
    origin = (big16(gather(data, inner.start, 2), 0) == 0) & (inner.kind == kinds.IP)
    inner = inner.advance(np.where(origin, _ORIGIN, 0), inner.kind, 2)
    inner = accept(inner, inner.captured - inner.start >= _IPV6)
    return inner.take(holds_one_packet(data, inner, np.full(len(inner), 6)))


def looks_like_teredo(data: NDArray[np.uint8], payloads: Frames) -> NDArray[np.bool_]:
    """Return which payloads Zeek tries to read as Teredo, whatever their ports.

    Either an address within is one of Teredo, or an origin indication stands before IPv6.
    """
    rows = gather(data, payloads.start, 28)
    size = payloads.captured - payloads.start
    six, second = rows[:, 0] >> 4 == 6, byte(rows, 1)
    addressed = (big32(rows, 8) == TEREDO_PREFIX) | (big32(rows, 24) == TEREDO_PREFIX)
    begins = six | ((rows[:, 0] == 0) & (second <= 1))
    indicated = _has_origin(data, payloads, rows)
    return np.asarray((size >= _IPV6) & begins & (indicated | (six & addressed)), np.bool_)


def _has_origin(
    data: NDArray[np.uint8], payloads: Frames, rows: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Return where IPv6 follows an origin indication, which an authentication may precede.

    Like Zeek it goes by the second byte of the payload alone.
    """
    second = byte(rows, 1)
    skipped = np.where(second == 1, _authentication_size(rows), 0)
    start = payloads.start + skipped
    tag = np.where(second == 1, big16(gather(data, start, 2), 0), second)
    fits = payloads.captured - start >= _ORIGIN + _IPV6
    six = gather(data, start + _ORIGIN, 1)[:, 0] >> 4 == 6
    return np.asarray((tag == 0) & fits & six, np.bool_)


def _authentication_size(rows: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the sizes of authentication headers that begin with these bytes."""
    return 13 + byte(rows, 2) + byte(rows, 3)
