"""The security negotiation of RDP (MS-RDPBCGR, 2.2.1.1 and 2.2.1.2)."""

from __future__ import annotations

from typing import Final

from capture.builtin.tls.upgrade.recogniser import Recogniser

_TPKT: Final = 3
_TPKT_HEADER: Final = 4
_NEGOTIATION: Final = 8
_NEGOTIATION_RESPONSE: Final = 2
_PLAIN_RDP: Final = 0


def _take_packet(data: bytearray) -> bytes | None:
    """Remove the first TPKT packet (RFC 1006, 6) from ``data`` and return it; None if it is cut."""
    if len(data) < _TPKT_HEADER:
        return None
    length = max(_TPKT_HEADER, data[2] << 8 | data[3])
    if len(data) < length:
        return None
    packet = bytes(data[:length])
    del data[:length]
    return packet


class RemoteDesktop(Recogniser):
    """Waits for the connection request, then for a confirm that selects TLS or what runs in it."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = False

    def read_client(self) -> None:
        """Take the request."""
        if not self._asked and (packet := _take_packet(self.client)) is not None:
            self._asked = True
            self.finished = packet[0] != _TPKT

    def read_server(self) -> None:
        """Take the confirm; its last eight bytes are the negotiation response."""
        packet = _take_packet(self.server)
        if packet is None:
            return
        response = packet[-_NEGOTIATION:]
        selected = int.from_bytes(response[4:], "little")
        agreed = response[0] == _NEGOTIATION_RESPONSE and selected != _PLAIN_RDP
        self.switched = self._asked and len(packet) > _TPKT_HEADER + _NEGOTIATION and agreed
        self.finished = not self.switched
