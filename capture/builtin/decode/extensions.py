"""The extension headers of many IPv6 packets at once, and the addresses that stand in them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.decode.frames import Frames, byte
from capture.builtin.files.gather import gather

IPV6_HEADER: Final = 40
_HOP_BY_HOP, _ROUTING, FRAGMENT, _AUTHENTICATION, _DESTINATION = 0, 43, 44, 51, 60
_EXTENSIONS: Final = np.isin(
    np.arange(256), (_HOP_BY_HOP, _ROUTING, FRAGMENT, _AUTHENTICATION, _DESTINATION)
)
_MOST_EXTENSIONS: Final = 64
# Types of routing headers: the one that RFC 5095 deprecates, and that of Mobile IPv6 (RFC 6275),
# which holds one address.
_SOURCE_ROUTE, _TO_MOBILE_NODE = 0, 2
_ONE_ADDRESS: Final = 2  # in units of 8 bytes
_HOME_ADDRESS: Final = b"\xc9\x10"  # option and size of an address (RFC 6275 section 6.3)


class Extensions:
    """The extension headers of IPv6 packets, followed up to the transport or fragment header.

    ``protocol`` is what follows the headers, which are ``length`` bytes long with that of IPv6.
    ``fragment`` is the position of a fragment header, ``last_stop`` that of the address where a
    source route ends, ``home`` that of a mobile node's address at home, -1 if there is none.
    Packets with ``endless`` headers were not followed to the end.
    """

    def __init__(
        self, data: NDArray[np.uint8], frames: Frames, protocol: NDArray[np.uint8]
    ) -> None:
        self.protocol = protocol.copy()
        self.length = np.full(len(frames), IPV6_HEADER, np.int64)
        self.fragment = np.full(len(frames), -1, np.int64)
        self.endless = np.zeros(len(frames), np.bool_)
        self.last_stop = np.full(len(frames), -1, np.int64)
        self.home = np.full(len(frames), -1, np.int64)
        self._follow(data, frames)

    def _follow(self, data: NDArray[np.uint8], frames: Frames) -> None:
        open_rows = np.flatnonzero(_EXTENSIONS[self.protocol])
        for _ in range(_MOST_EXTENSIONS):
            position = frames.start[open_rows] + self.length[open_rows]
            inside = position + 8 <= frames.captured[open_rows]
            # A header that was not captured makes the chain longer than what was.
            self.length[open_rows[~inside]] += 8
            open_rows, position = open_rows[inside], position[inside]
            if not len(open_rows):
                return
            header = gather(data, position, 8)
            end = position + 8 + 8 * byte(header, 1).astype(np.int64)
            whole = end <= frames.captured[open_rows]
            self._note_route(header[whole], open_rows[whole], end[whole])
            self._note_home(data, open_rows[whole], position[whole], end[whole])
            open_rows = self._step(header, open_rows, position)
        self.endless[open_rows] = True

    def _note_route(
        self, header: NDArray[np.uint8], rows: NDArray[np.intp], end: NDArray[np.int64]
    ) -> None:
        """Note the last address of the first route that has not been followed to its end."""
        units, kind = byte(header, 1), header[:, 2]
        whole_addresses = (kind == _SOURCE_ROUTE) & (units > 0) & (units % 2 == 0)
        routed = whole_addresses | ((kind == _TO_MOBILE_NODE) & (units == _ONE_ADDRESS))
        routed &= (self.protocol[rows] == _ROUTING) & (header[:, 3] > 0)
        routed &= self.last_stop[rows] < 0
        self.last_stop[rows[routed]] = end[routed] - 16

    def _note_home(
        self,
        data: NDArray[np.uint8],
        rows: NDArray[np.intp],
        position: NDArray[np.int64],
        end: NDArray[np.int64],
    ) -> None:
        """Note the first address at home among destination options, which are rare."""
        at_home = (self.protocol[rows] == _DESTINATION) & (self.home[rows] < 0)
        for row in np.flatnonzero(at_home).tolist():
            start = int(position[row]) + 2
            found = _home_address(data[start : int(end[row])].tobytes())
            if found is not None:
                self.home[rows[row]] = start + found

    def _step(
        self, header: NDArray[np.uint8], rows: NDArray[np.intp], position: NDArray[np.int64]
    ) -> NDArray[np.intp]:
        """Pass one extension header; return the rows that go on with another."""
        kind = self.protocol[rows]
        units = byte(header, 1).astype(np.int64)
        size = np.where(kind == _AUTHENTICATION, (units + 2) * 4, (units + 1) * 8)
        is_fragment = kind == FRAGMENT
        self.length[rows] += np.where(is_fragment, 8, size)
        self.fragment[rows[is_fragment]] = position[is_fragment]
        self.protocol[rows] = header[:, 0]
        further: NDArray[np.bool_] = _EXTENSIONS[header[:, 0]] & ~is_fragment
        return rows[further]


def _home_address(options: bytes) -> int | None:
    """Return where in destination options an address at home stands, None if in none."""
    if _HOME_ADDRESS not in options:
        return None
    position = 0
    while position + 2 <= len(options):
        size = options[position + 1] + 2 if options[position] else 1  # 0 pads a single byte
        if options.startswith(_HOME_ADDRESS, position) and position + size <= len(options):
            return position + 2
        position += size
    return None
