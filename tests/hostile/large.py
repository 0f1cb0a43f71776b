"""Run as a program: make large captures of the bad kind, and print what the analysis of each takes.

python -m tests.hostile.large              all of them, one after another
python -m tests.hostile.large sections     one
"""

import multiprocessing
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from fuzz.loop import peak_memory
from tests.capture.builtin.decode.packet_bytes import ethernet, ipv4, tcp, udp
from tests.capture.builtin.files.capture_bytes import interface, packet, section
from tests.capture.builtin.tls.handshakes import (
    client_hello,
    extension,
    handshake_record,
    message,
    prefixed,
    record,
)
from tests.hostile import captures
from tests.hostile.bounded import outcome

Result = TypeVar("Result")

_MILLION: Final = 1_000_000
_SYN, _SYN_ACK, _RST = 2, 0x12, 4


def half_open_handshakes() -> bytes:
    syn = tcp(flags=_SYN, acknowledgement=0)
    frames = (ipv4(syn, 6, captures.address(number), captures.SERVER) for number in range(_MILLION))
    return captures.capture([ethernet(each) for each in frames])


def scanned_ports() -> bytes:
    """SYNs of one client to the ports of a server, again and again."""
    syn = (tcp(b"", 1024 + n // 60_000, 1 + n % 60_000, flags=_SYN) for n in range(_MILLION))
    return captures.capture(
        [ethernet(ipv4(each, 6, captures.CLIENT, captures.SERVER)) for each in syn]
    )


def datagrams() -> bytes:
    sent = udp(b"hello", 40_000, 5000)
    senders = (captures.address(number) for number in range(_MILLION))
    return captures.capture([ethernet(ipv4(sent, 17, each, captures.SERVER)) for each in senders])


def interfaces() -> bytes:
    frame = packet(ethernet(ipv4(udp(b"hello"))), number=65_535)
    return section() + interface() * _MILLION + frame * 600_000


def sections() -> bytes:
    return (section() + interface() + packet(ethernet(ipv4(udp(b"hello"))))) * 300_000


def corrupt_records() -> bytes:
    """As many as are looked beyond, with ordinary packets between them."""
    whole = captures.capture([ethernet(ipv4(udp(bytes(400))))] * 152)
    return whole[:24] + (whole[24:] + b"\xff" * 116) * 990


def ports_used_again() -> bytes:
    frames = []
    for number in range(100_000):
        syn = tcp(flags=_SYN, sequence=7 * number, acknowledgement=0)
        frames.append(ethernet(ipv4(syn, 6)))
        for flags in (_SYN_ACK, _RST):
            answer = tcp(b"", 443, 40_000, flags=flags, acknowledgement=7 * number + 1)
            frames.append(ethernet(ipv4(answer, 6, captures.SERVER, captures.CLIENT)))
    return captures.capture(frames)


def transactions() -> bytes:
    ask = b"\1a\0\0\1\0\1"
    heads = (struct.pack(">6H", number & 0xFFFF, 0x100, 1, 0, 0, 0) for number in range(200_000))
    return captures.capture([ethernet(ipv4(udp(head + ask))) for head in heads])


def fragments_that_overlap() -> bytes:
    offsets = (0x2000 | number * 7 % 8000 for number in range(200_000))
    return captures.capture([ethernet(ipv4(bytes(400), flags_and_offset=each)) for each in offsets])


def fragments_of_nothing() -> bytes:
    frames = []
    for number in range(100_000):
        nothing = ipv4(b"", flags_and_offset=0x2001, identification=number & 0xFFFF)
        far = ipv4(bytes(8), flags_and_offset=0x2000 | 8180, identification=number & 0xFFFF)
        frames += [ethernet(nothing), ethernet(far)]
    return captures.capture(frames)


def longest_records() -> bytes:
    requests = record(22, message(0, b"") * 16_383)
    return captures.conversation(443, handshake_record(client_hello()) + requests * 300)


def long_server_names() -> bytes:
    name = prefixed(2, b"\0" + prefixed(2, b"\xff" * 65_000))
    hello = captures.records(client_hello(extension(0, name)))
    return captures.capture(list(_connections(hello, range(1, 51))))


def _connections(said: bytes, ports: Sequence[int]) -> Iterator[bytes]:
    for port in ports:
        yield from captures.opening(port)
        yield from captures.stream(said, port)


CAPTURES: Final[dict[str, Callable[[], bytes]]] = {
    build.__name__: build
    for build in (
        half_open_handshakes,
        scanned_ports,
        datagrams,
        interfaces,
        sections,
        corrupt_records,
        ports_used_again,
        transactions,
        fragments_that_overlap,
        fragments_of_nothing,
        longest_records,
        long_server_names,
    )
}


def measured(path: Path) -> tuple[int, float, int]:
    """Return packets, seconds of the processor, and bytes that the process grew by."""
    memory, start = peak_memory(), time.process_time()
    packets = int(str(outcome(path)["packets"]))
    return packets, time.process_time() - start, peak_memory() - memory


def make(name: str, path: Path) -> int:
    """Write a capture and return its size."""
    return path.write_bytes(CAPTURES[name]())


def alone(function: Callable[..., Result], *arguments: object) -> Result:
    """Run a function in a process of its own, which no other one's memory counts for."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def main(names: Sequence[str]) -> None:
    for name in names or CAPTURES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            megabytes = f"{alone(make, name, path) / 1e6:.0f} MB"
            packets, seconds, memory = alone(measured, path)
        took = f"{packets:>9,} packets {seconds:6.1f} s {memory / 1e6:5.0f} MB more memory"
        print(f"{name:24} {megabytes:>7} {took}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
