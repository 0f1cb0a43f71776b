"""What payloads begin with: DNS questions and answers, TLS records, files."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.files.gather import gather
from capture.builtin.flows.runs import Indices, ranges
from module4.templates import DNS_ANSWER, DNS_QUERY, TLS, Codes, Templates

Bytes = NDArray[np.uint8]

_TCP, _UDP = 6, 17
_IS_DNS: Final = np.zeros(1 << 16, dtype=np.bool_)
_IS_DNS[[53, 5353, 5355]] = True  # DNS, mDNS and LLMNR, which share the form of messages
_DNS_HEADER: Final = 12
_IS_ANSWER: Final = 0x80
_TLS_HEADER: Final = 5
_FIRST_TYPE, _LAST_TYPE = 20, 24  # change_cipher_spec to heartbeat
_LATEST_MINOR: Final = 4
_LONGEST_RECORD: Final = (1 << 14) + 2048
_WIDTH: Final = 16
_RESPONSE: Final = np.frombuffer(b"HTTP/1.", np.uint8)
_END_OF_HEADER: Final = np.frombuffer(b"\r\n\r\n", np.uint8)
_LONGEST_HEADER: Final = 1024


class PayloadTokens:
    """Looks up what payloads begin with; codes are those of ``Templates.codes``."""

    def __init__(self, templates: Templates) -> None:
        codes = templates.codes
        self._query, self._answer, self._tls = (codes[t] for t in (DNS_QUERY, DNS_ANSWER, TLS))
        self._files = [
            (np.frombuffer(signature, np.uint8), codes[token])
            for signature, token in templates.files.items()
        ]
        self._first_bytes = np.zeros(256, dtype=np.bool_)
        self._first_bytes[[int(signature[0]) for signature, _ in self._files]] = True

    def of(self, block: PacketBlock) -> Codes:
        """Return one code a packet, 0 for payloads that are nothing of this."""
        found = np.zeros(len(block), dtype=np.int64)
        tcp = np.flatnonzero((block.protocol == _TCP) & (block.payload_captured >= 2))
        first = gather(block.data, block.payload_offset[tcp], _WIDTH)
        captured = block.payload_captured[tcp]
        found[tcp] = self._file_codes(first, captured)
        found[tcp[_begins_record(first, captured)]] = self._tls
        response = np.flatnonzero((first[:, : len(_RESPONSE)] == _RESPONSE).all(axis=1))
        found[tcp[response]] = self._body_codes(block, tcp[response])
        self._add_dns(found, block)
        return found

    def _add_dns(self, found: Codes, block: PacketBlock) -> None:
        is_dns = _IS_DNS[block.source_port] | _IS_DNS[block.destination_port]
        for protocol, length_field in ((_UDP, 0), (_TCP, 2)):
            enough = block.payload_captured >= _DNS_HEADER + length_field
            at = np.flatnonzero(is_dns & (block.protocol == protocol) & enough)
            flags = block.data[block.payload_offset[at] + length_field + 2]
            found[at] = np.where(flags & _IS_ANSWER, self._answer, self._query)

    def _file_codes(self, first: Bytes, captured: NDArray[np.int32]) -> Codes:
        """Return codes of the files that begin with these bytes, of which so many are captured."""
        found = np.zeros(len(first), dtype=np.int64)
        left = np.flatnonzero(self._first_bytes[first[:, 0]])
        for signature, code in self._files:
            fits = (first[left, : len(signature)] == signature).all(axis=1)
            fits &= captured[left] >= len(signature)
            found[left[fits]] = code
            left = left[~fits]
        return found

    def _body_codes(self, block: PacketBlock, packets: Indices) -> Codes:
        """Return codes of the files behind the headers of HTTP responses."""
        found = np.zeros(len(packets), dtype=np.int64)
        start = block.payload_offset[packets]
        end = start + block.payload_captured[packets]
        body = _behind_headers(block.data, start, np.minimum(end, start + _LONGEST_HEADER))
        has_body = np.flatnonzero(body >= 0)
        rest = (end - body)[has_body].astype(np.int32)
        found[has_body] = self._file_codes(gather(block.data, body[has_body], _WIDTH), rest)
        return found


def _begins_record(first: Bytes, captured: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return whether the bytes are the header of a TLS record (RFC 8446, section 5.1)."""
    kind, major, minor = first[:, 0], first[:, 1], first[:, 2]
    length = first[:, 3].astype(np.int32) << 8 | first[:, 4]
    fits = (kind >= _FIRST_TYPE) & (kind <= _LAST_TYPE) & (major == 3) & (minor <= _LATEST_MINOR)
    begins: NDArray[np.bool_] = fits & (length <= _LONGEST_RECORD) & (captured >= _TLS_HEADER)
    return begins


def _behind_headers(data: Bytes, start: Indices, end: Indices) -> Indices:
    """Return where the first empty line in each ``[start, end)`` ends, -1 without one."""
    last = np.maximum(end - len(_END_OF_HEADER) + 1, start)
    at = ranges(start, last)
    packet = np.repeat(np.arange(len(start)), last - start)
    for place, byte in enumerate(_END_OF_HEADER.tolist()):
        fits = data[at + place] == byte
        at, packet = at[fits], packet[fits]
    found = np.full(len(start), -1, dtype=np.int64)
    found[packet[::-1]] = at[::-1] + len(_END_OF_HEADER)
    return found
