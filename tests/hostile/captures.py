"""Captures made to cost time or memory, or to end the program; each small, but of the bad kind."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tests.capture.builtin.decode.packet_bytes import ethernet, ipv4, ipv6, tcp, udp
from tests.capture.builtin.files.capture_bytes import (
    Record,
    interface,
    option,
    packet,
    pcap,
    section,
)
from tests.capture.builtin.quic.packet_bytes import initial_packet
from tests.capture.builtin.tls.handshakes import (
    client_hello,
    extension,
    handshake_record,
    message,
    prefixed,
    record,
    server_hello,
)
from tests.capture.builtin.x509.certificates import tlv

CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
IPV6 = 0x86DD
LONGEST_RECORD = 16_384
SEGMENT = 1400


def address(number: int) -> str:
    return ".".join(map(str, (11, number >> 16 & 255, number >> 8 & 255, number & 255)))


def capture(frames: Sequence[bytes]) -> bytes:
    return pcap(
        [
            Record(frame, seconds=1_600_000_000 + number // 1000, fraction=number % 1000)
            for number, frame in enumerate(frames)
        ]
    )


def sent(payload: bytes, sequence: int, port: int, *, by_client: bool = True) -> bytes:
    ends = (CLIENT, SERVER) if by_client else (SERVER, CLIENT)
    ports = (40_000, port) if by_client else (port, 40_000)
    segment = tcp(payload, *ports, sequence=sequence, acknowledgement=1)
    return ethernet(ipv4(segment, 6, *ends))


def opening(port: int) -> list[bytes]:
    syn = tcp(b"", 40_000, port, sequence=0, acknowledgement=0, flags=2)
    answer = tcp(b"", port, 40_000, sequence=0, acknowledgement=1, flags=0x12)
    return [ethernet(ipv4(syn, 6, CLIENT, SERVER)), ethernet(ipv4(answer, 6, SERVER, CLIENT))]


def stream(data: bytes, port: int, *, by_client: bool = True) -> Iterator[bytes]:
    for start in range(0, len(data), SEGMENT):
        yield sent(data[start : start + SEGMENT], 1 + start, port, by_client=by_client)


def conversation(port: int, client: bytes, server: bytes = b"") -> bytes:
    """Return a capture of a connection in which the client speaks first."""
    frames = [*opening(port), *stream(client, port), *stream(server, port, by_client=False)]
    return capture(frames)


def records(messages: bytes) -> bytes:
    starts = range(0, len(messages), LONGEST_RECORD)
    return b"".join(record(22, messages[start : start + LONGEST_RECORD]) for start in starts)


def half_open_handshakes() -> bytes:
    syn = [tcp(flags=2, acknowledgement=0, sequence=number) for number in range(20_000)]
    return capture([ethernet(ipv4(each, 6, address(n), SERVER)) for n, each in enumerate(syn)])


def scanned_ports() -> bytes:
    """SYNs of one client to all ports of a server."""
    syn = (tcp(b"", 40_000, 1 + n, flags=2, acknowledgement=0) for n in range(20_000))
    return capture([ethernet(ipv4(each, 6, CLIENT, SERVER)) for each in syn])


def datagrams() -> bytes:
    """A datagram of each of many senders, as those of a flood name themselves."""
    sent_once = udp(b"hello", 40_000, 5000)
    return capture([ethernet(ipv4(sent_once, 17, address(n), SERVER)) for n in range(20_000)])


def interfaces() -> bytes:
    frame = ethernet(ipv4(udp(b"hello")))
    return section() + interface() * 50_000 + packet(frame, number=49_999) * 10


def absurd_interfaces() -> bytes:
    frame = ethernet(ipv4(udp(b"hello")))
    return section() + interface() + packet(frame, number=2**32 - 1) + packet(frame)


def times() -> bytes:
    """Packets of the years 1900 and 2^63 seconds, clocks that tick at every speed."""
    offsets = (0, -2_208_988_800, 2**63 - 1, -(2**63))
    blocks = [section()]
    for offset in offsets:
        options = option(14, struct.pack("<q", offset)) + option(9, bytes((6 + offset % 9,)))
        blocks.append(interface(options=options))
    frames = [ethernet(ipv4(udp(b"hello", 5000 + n % 7))) for n in range(400)]
    frames += [sent(b"hello", 1 + 5 * n, 443) for n in range(400)]
    for number, frame in enumerate(frames):
        ticks = (0, 2**63, 2**64 - 1, 10**15)[number * 7 % 4]
        blocks.append(packet(frame, ticks, number % len(offsets)))
    return b"".join(blocks)


def option_loops() -> bytes:
    """Options of no length, in pcapng, TCP and IP."""
    endless = struct.pack("<HH", 9, 0) * 5000
    frames = [
        ethernet(ipv4(tcp(b"x", options=b"\x02\x00" * 20, flags=2), 6)),
        ethernet(ipv4(udp(b"x"), options=b"\x83\x00" * 20)),
    ]
    return section() + interface(options=endless) + b"".join(packet(each) for each in frames)


def fragments() -> bytes:
    """Overlapping fragments that never end, fragments of nothing, the same far apart."""
    frames = []
    for number in range(4000):
        flags = 0x2000 | number * 7 % 8000
        overlapping = ipv4(bytes(16 + number % 100 * 8), flags_and_offset=flags)
        nothing = ipv4(b"", flags_and_offset=flags, identification=number)
        far = ipv4(bytes(8), flags_and_offset=0x2000 | 8180, identification=number)
        frames += [ethernet(overlapping), ethernet(nothing), ethernet(far)]
    return capture(frames)


def extension_headers() -> bytes:
    chain = b"\x3c\0" + bytes(6)
    fragment = b"\x2c\0\0\0" + bytes(4)
    frames = [ethernet(ipv6(chain * 180, 60), IPV6), ethernet(ipv6(fragment * 180, 44), IPV6)]
    return capture(frames * 100)


def tunnels() -> bytes:
    inner = ipv4(udp(b"hello"))
    for _ in range(1000):
        inner = ipv4(inner, 4)
    return capture([ethernet(inner)] * 20)


def out_of_order() -> bytes:
    """Single bytes, the last first, on a port whose stream is read to its end."""
    pieces = [sent(b"x", 2 + position, 53) for position in range(20_000, 0, -1)]
    return capture([*opening(53), *pieces, sent(b"x", 1, 53)])


def holes() -> bytes:
    """Every other byte, and then the others."""
    pieces = [sent(b"x", 1 + position, 53) for position in range(1, 40_000, 2)]
    pieces += [sent(b"x", 1 + position, 53) for position in range(0, 40_000, 2)]
    return capture([*opening(53), *pieces])


def transactions() -> bytes:
    ask = b"\1a\0\0\1\0\1"
    heads = [struct.pack(">6H", number, 0x100, 1, 0, 0, 0) for number in range(20_000)]
    return capture([ethernet(ipv4(udp(head + ask))) for head in heads])


def pointers() -> bytes:
    """DNS names that point to themselves, to each other, and along a long chain."""
    loops = [b"\xc0\x0c", b"\xc0\x0e\xc0\x0c", b"\1a\xc0\x0c", b"\xff\xff"]
    chain = b"\1a\0" + b"".join(struct.pack(">H", 0xC00C + 2 * n) for n in range(1, 4000))
    frames = []
    for name in (*loops, chain):
        for flags in (0x100, 0x8180):
            head = struct.pack(">6H", 1, flags, 1, 500, 0, 0)
            body = (
                head + name + b"\0\1\0\1" + (name[-2:] + b"\0\5\0\1\0\0\0\1\0\2" + name[-2:]) * 500
            )
            frames.append(ethernet(ipv4(udp(body, 53, 4000) if flags > 0x8000 else udp(body))))
    return capture(frames)


def grown_answers() -> bytes:
    name = (b"\x3f" + b"\xff" * 63) * 7 + b"\0"
    answers = b"\xc0\x0c\0\5\0\1\0\0\0\1\0\2\xc0\x0c" * 4000
    body = struct.pack(">6H", 1, 0x8180, 1, 4000, 0, 0) + name + b"\0\1\0\1" + answers
    return conversation(53, b"", prefixed(2, body) * 30)


def quic_pieces() -> bytes:
    """Initial packets full of pieces of one byte, none of which follows another one."""
    packets = [
        initial_packet(
            b"".join(
                b"\x06" + struct.pack(">H", 0x4000 | 460 * number + 2 * piece + 1) + b"\1x"
                for piece in range(230)
            ),
            number=number,
        )
        for number in range(4)
    ]
    ports = range(10_000, 10_200)
    return capture([ethernet(ipv4(udp(each, port, 443))) for port in ports for each in packets])


def certificate_chain() -> bytes:
    """Ten thousand certificates that are none."""
    chain = b"".join(prefixed(3, struct.pack(">I", n) + bytes(90)) for n in range(10_000))
    certificates = message(11, prefixed(3, chain))
    return conversation(443, records(client_hello()), records(server_hello() + certificates))


def certificate_nested() -> bytes:
    """Elements ten thousand deep; a huge integer, object identifier and date."""
    nested = b""
    for _ in range(10_000):
        nested = tlv(0x30, nested)
    number, name = tlv(2, b"\x7f" * 100_000), tlv(6, b"\x81" * 100_000 + b"\1")
    names = tlv(0x30, tlv(0x31, tlv(0x30, name, tlv(12, b"a"))))
    key = tlv(0x30, tlv(0x30, name), tlv(3, b"\0", tlv(0x30, number, number)))
    dates = tlv(0x30, tlv(23, b"991332256161Z"), tlv(24, b"99991399999999Z"))
    certificate = tlv(0x30, tlv(0x30, number, tlv(0x30, name), names, dates, names, key))
    chain = prefixed(3, certificate) + prefixed(3, nested)
    certificates = message(11, prefixed(3, chain))
    return conversation(443, records(client_hello()), records(server_hello() + certificates))


def empty_records() -> bytes:
    return conversation(443, handshake_record(client_hello()) + record(22, b"") * 20_000)


def longest_records() -> bytes:
    requests = record(22, message(0, b"") * 16_383)
    return conversation(443, handshake_record(client_hello()) + requests * 5)


def many_extensions() -> bytes:
    extensions = [extension(number, b"") for number in range(1000, 16_000)]
    return conversation(443, records(client_hello(*extensions)))


def long_server_name() -> bytes:
    name = prefixed(2, b"\0" + prefixed(2, b"\xff" * 65_000))
    return conversation(443, records(client_hello(extension(0, name))))


def ethertypes() -> bytes:
    return capture([ethernet(bytes(46), number) for number in range(0x600, 0x4000)])


def link_types() -> bytes:
    frame = ethernet(ipv4(udp(b"hello")))
    numbers = range(300, 2300)
    blocks = [interface(link_type=number) for number in numbers]
    return section() + b"".join(blocks) + b"".join(packet(frame, number=n) for n in range(2000))


def gzip_members() -> bytes:
    frame = ethernet(ipv4(udp(b"hello")))
    return gzip.compress(b"", mtime=0) * 20_000 + gzip.compress(capture([frame]), mtime=0)


CAPTURES: Final[dict[str, Callable[[], bytes]]] = {
    build.__name__: build
    for build in (
        half_open_handshakes,
        scanned_ports,
        datagrams,
        interfaces,
        absurd_interfaces,
        times,
        option_loops,
        fragments,
        extension_headers,
        tunnels,
        out_of_order,
        holes,
        transactions,
        pointers,
        grown_answers,
        quic_pieces,
        certificate_chain,
        certificate_nested,
        empty_records,
        longest_records,
        many_extensions,
        long_server_name,
        ethertypes,
        link_types,
        gzip_members,
    )
}
