"""What the recognisers of protocols that switch to TLS have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

_MOST_PLAINTEXT = 32768


class Wrapping(Protocol):
    """What a protocol puts around the bytes of TLS."""

    @property
    def held(self) -> int:
        """How many bytes wait for more."""

    def decode(self, from_originator: bool, data: bytes) -> bytes:
        """Return the bytes of TLS that ``data`` completes."""


class Recogniser(ABC):
    """Watches a connection in the clear until both sides have agreed to speak TLS.

    ``client`` and ``server`` are the bytes of each direction that the recogniser has not dealt
    with. Once ``switched`` is set, they are the first bytes of TLS, or of what ``wrapping`` makes
    TLS of, or where it ``opens_tunnel``, of any protocol. Once ``finished`` is set, the connection
    will never switch, or has talked for longer than 32 kB without doing so.
    """

    opens_tunnel: ClassVar[bool] = False

    def __init__(self) -> None:
        self.client = bytearray()
        self.server = bytearray()
        self.switched = False
        self.finished = False
        self.wrapping: Wrapping | None = None
        self._seen = 0

    @property
    def held(self) -> int:
        """How many bytes are not dealt with yet."""
        return len(self.client) + len(self.server)

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
