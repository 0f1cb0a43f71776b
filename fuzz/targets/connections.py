"""Whole captures through the engine: TCP connections, and packets of any kind."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from capture.builtin.engine import analyse
from capture.logs import Logs
from capture.schema import SCHEMAS
from capture.zeek_format import parse_log
from capture.zeek_format.writing import log_bytes
from fuzz.seeds.corpus import Conversation, Corpus, Frame
from fuzz.target import Input, Target
from fuzz.targets.packets import framed
from pcaps.generate.packet import Packet
from pcaps.generate.writer import pcap_bytes

_HEADER: Final = struct.Struct(">BBHIIHI")  # side, flags, ports, numbers, window, milliseconds
_MOST_SEEDS: Final = 600
_PACKETS: Final = 12
_SERVER: Final = 0xC0000201
_START: Final = 1_700_000_000 * 10**9
_MILLISECOND: Final = 10**6
_BLOCK: Final = 1 << 18


def _connection_seeds(corpus: Corpus) -> list[Input]:
    talks = [talk for talk in corpus.conversations if talk.is_tcp and len(talk.segments) > 2]
    step = max(len(talks) // _MOST_SEEDS, 1)
    return [described(talk) for talk in talks[::step]]


def described(talk: Conversation) -> Input:
    """Return a part for each packet: side, flags, server's port and so on, then payload."""
    start = talk.segments[0].time_ns
    return tuple(
        _HEADER.pack(
            each.from_first,
            each.flags,
            talk.second_port,
            each.sequence,
            each.acknowledgement,
            each.window,
            max(each.time_ns - start, 0) // _MILLISECOND & 0xFFFFFFFF,
        )
        + each.payload[:1400]
        for each in talk.segments
    )


def _run_connections(inputs: Sequence[Input], scratch: Path) -> None:
    packets = [
        packet for number, parts in enumerate(inputs) for packet in packets_of(number, parts)
    ]
    packets.sort(key=lambda packet: packet.time_ns)
    path = scratch / "connections.pcap"
    path.write_bytes(pcap_bytes(packets))
    _check(analyse(path))


def packets_of(number: int, parts: Input) -> Iterator[Packet]:
    """Yield the packets of one connection, whose client has an address of its own."""
    client = 0x0A000001 + number
    port = int.from_bytes(parts[0][2:4], "big") or 443
    for part in parts:
        side, flags, _, *numbers, milliseconds = _HEADER.unpack(
            part[: _HEADER.size].ljust(_HEADER.size, b"\0")
        )
        ends = ((client, 40_000), (_SERVER, port))
        (source, from_port), (destination, to_port) = ends if side & 1 else ends[::-1]
        payload = part[_HEADER.size :][:1400]
        head = (0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0, source, destination)
        frame = bytes(12) + b"\x08\0" + struct.pack(">BBHHHBBHII", *head)
        frame += _segment(from_port, to_port, flags, numbers) + payload
        yield Packet(_START + milliseconds % 4_000_000 * _MILLISECOND, frame)


def _segment(source: int, destination: int, flags: int, numbers: Sequence[int]) -> bytes:
    sequence, acknowledgement, window = numbers
    head = (source, destination, sequence, acknowledgement, 0x50, flags, window, 0, 0)
    return struct.pack(">HHIIBBHHH", *head)


def _check(logs: Logs) -> None:
    """Write the logs in both forms, read one back, and make the detectors' rows of them."""
    from module1.features import connection_rows
    from module2.features import server_rows

    for name in SCHEMAS:
        table = logs.table(name)
        log_bytes(table, name, "json")
        again = parse_log(log_bytes(table, name, "tsv"), name)
        if len(again) != len(table):
            raise AssertionError(f"{len(table)} rows of {name} were written, {len(again)} read")
    connection_rows(logs)
    server_rows(logs)


def _capture_seeds(corpus: Corpus) -> list[Input]:
    runs = [
        frames[at : at + _PACKETS]
        for frames in corpus.frames
        for at in range(0, len(frames), len(frames) // 4 + 1)
    ]
    step = max(len(runs) // _MOST_SEEDS, 1)
    return [tuple(map(_timed, run)) for run in runs[::step]]


def _timed(frame: Frame) -> bytes:
    return struct.pack(">Q", frame.time_ns % (1 << 63)) + framed(frame)


def _run_captures(inputs: Sequence[Input], scratch: Path) -> None:
    path = scratch / "captures.pcapng"
    path.write_bytes(_pcapng([part for parts in inputs for part in parts]))
    _check(analyse(path))


def _pcapng(parts: Sequence[bytes]) -> bytes:
    """Return a capture with an interface for each link type."""
    links = sorted({part[8:10].ljust(2, b"\0") for part in parts})
    blocks = [_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    nanoseconds = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    for link in links:
        kind = int.from_bytes(link, "big")
        blocks.append(_block(1, struct.pack("<HHI", kind, 0, _BLOCK) + nanoseconds))
    numbers = {link: number for number, link in enumerate(links)}
    for part in parts:
        high, low = struct.unpack(">II", part[:8].ljust(8, b"\0"))
        frame = part[10:]
        number = numbers[part[8:10].ljust(2, b"\0")]
        head = struct.pack("<IIIII", number, high, low, len(frame), len(frame))
        blocks.append(_block(6, head + frame))
    return b"".join(blocks)


def _block(kind: int, body: bytes) -> bytes:
    padded = body + b"\0" * (-len(body) % 4)
    length = 12 + len(padded)
    return struct.pack("<II", kind, length) + padded + struct.pack("<I", length)


TARGETS: Final = (
    Target("tcp", _connection_seeds, _run_connections, batch=400, longest=1500),
    Target("captures", _capture_seeds, _run_captures, batch=200, longest=2000),
)
