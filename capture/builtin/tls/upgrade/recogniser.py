"""What the recognisers of protocols that switch to TLS have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

_MOST_PLAINTEXT = 32768


class Recogniser(ABC):
    """Watches a connection in the clear until both sides have agreed to speak TLS.

    ``client`` and ``server`` are the bytes of each direction that the recogniser has not dealt
    with. Once ``switched`` is set, they are the first bytes of TLS, or of what ``unwrap`` makes TLS
    of. Once ``finished`` is set, the connection will never switch, or has talked for longer than
    32 kB without doing so.
    """

    def __init__(self) -> None:
        self.client = bytearray()
        self.server = bytearray()
        self.switched = False
        self.finished = False
        self.unwrap: Callable[[bool, bytes], bytes] | None = None
        self._seen = 0

    def feed(self, from_originator: bool, data: bytes) -> None:
        """Read the next bytes of a direction."""
        self._seen += len(data)
        if from_originator:
            self.client += data
            self.read_client()
        else:
            self.server += data
            self.read_server()
        if self._seen > _MOST_PLAINTEXT and not self.switched:
            self.finished = True

    @abstractmethod
    def read_client(self) -> None:
        """Deal with what there is in ``client``."""

    @abstractmethod
    def read_server(self) -> None:
        """Deal with what there is in ``server``."""


def take_line(data: bytearray) -> bytes | None:
    """Remove the first line from ``data`` and return it; None when there is no whole one."""
    end = data.find(b"\n") + 1
    if not end:
        return None
    line = bytes(data[:end])
    del data[:end]
    return line
