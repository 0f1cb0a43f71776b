import csv
import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.builtin.block import PacketBlock
from capture.builtin.decode.decoder import LATE
from capture.builtin.files.records import CUT_OFF
from capture.builtin.files.timestamps import CLIPPED
from capture.builtin.packets import PacketReader
from capture.errors import UnreadableInputError
from tests.capture.builtin.decode.packet_bytes import (
    endpoints,
    ethernet,
    ipv4,
    ipv6,
    payloads,
    tcp,
    udp,
)
from tests.capture.builtin.files.capture_bytes import (
    Record,
    interface,
    obsolete_packet,
    option,
    packet,
    pcap,
    section,
    simple_packet,
)

VXLAN = ethernet(ipv4(udp(b"\x08\0\0\0\0\0\1\0" + ethernet(ipv4(tcp(b"in"), 6)), 9, 4789)))
FRAMES = [
    ethernet(ipv4(udp(b"one"))),
    ethernet(bytes(28), 0x0806),
    ethernet(ipv6(tcp(b"two"), 6), 0x86DD),
    VXLAN,
    ethernet(ipv4(udp(b"three " * 20)[:64], flags_and_offset=0x2000)),
    ethernet(ipv4(udp(b"three " * 20)[64:], flags_and_offset=8)),
]
CAPTURE = pcap([Record(frame, 1_600_000_000 + at) for at, frame in enumerate(FRAMES)])
CAPTURE_NG = (
    section()
    + interface()
    + b"".join(packet(frame, 10**15 + at) for at, frame in enumerate(FRAMES))
    + obsolete_packet(FRAMES[0])
    + simple_packet(FRAMES[2])
)

# Captures whose conn.log of Zeek 7.0.11 holds every packet that Zeek looked at.
LIKE_ZEEK = [
    "benign/zeek/gtp6_gtp_0x32.pcap",
    "benign/zeek/geneve-47101.pcap",
    "benign/zeek/pppoe-over-qinq.pcap",
    "benign/zeek/openjdk-25.0.2-zeek.org.pcap",
    "benign/ntop/vxlan.pcap",
    "benign/ntop/6in4tunnel.pcap",
    "benign/ntop/KakaoTalk_talk.pcap",
    "benign/ntop/selfsigned.pcap",
    "benign/ntop/codm.pcap",
    "benign/ntop/sites.pcapng",
    "benign/micrictor/google-webbrowse.pcap",
    "background/ntop/4in4tunnel.pcap",
    "background/ntop/dns_fragmented.pcap",
]
CONN_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp"}


def write(folder: Path, content: bytes, name: str = "some.pcap") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path, packets_per_block: int = 1 << 17) -> tuple[list[PacketBlock], PacketReader]:
    reader = PacketReader(path, packets_per_block=packets_per_block)
    return list(reader), reader


def assert_sound(block: PacketBlock) -> None:
    """Check what must hold whatever the input."""
    assert (block.payload_offset >= 0).all()
    assert (block.payload_captured >= 0).all()
    assert (block.payload_captured <= block.payload_length).all()
    ends = block.payload_offset + block.payload_captured
    assert (ends[block.payload_captured > 0] <= len(block.data)).all()
    assert (np.diff(block.number) >= 0).all()


@pytest.mark.parametrize("per_block", [1, 2, 100])
def test_a_capture_is_read_in_blocks(tmp_path: Path, per_block: int) -> None:
    blocks, reader = read(write(tmp_path, CAPTURE), per_block)
    found = [payload for block in blocks for payload in payloads(block)]
    assert found[:2] + found[3:] == [b"one", b"two", b"in", b"three " * 20]
    assert [n for block in blocks for n in block.number.tolist()] == [1, 3, 4, 4, 6]
    assert reader.packets == 6
    assert reader.skipped == {"not IP (ARP)": 1}
    assert reader.ethertypes == {0x0806: 1}
    assert reader.first_time_ns == 1_600_000_000 * 10**9
    assert reader.last_time_ns == 1_600_000_005 * 10**9


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
@pytest.mark.parametrize("content", [CAPTURE, CAPTURE_NG])
def test_compression_changes_nothing(
    tmp_path: Path, content: bytes, pack: Callable[[bytes], bytes]
) -> None:
    (plain,), _ = read(write(tmp_path, content))
    (packed,), reader = read(write(tmp_path, pack(content), "packed"))
    assert payloads(plain) == payloads(packed)
    assert endpoints(plain) == endpoints(packed)
    assert reader.packets == content.count(b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02") - 1


def test_nothing_is_known_of_a_capture_without_packets(tmp_path: Path) -> None:
    blocks, reader = read(write(tmp_path, pcap([])))
    assert blocks == []
    assert reader.packets == 0
    assert reader.first_time_ns is None
    assert reader.last_time_ns is None


def test_times_are_the_earliest_and_the_latest(tmp_path: Path) -> None:
    seconds = [5, 0, 9, 3]
    _, reader = read(write(tmp_path, pcap([Record(FRAMES[0], at) for at in seconds])), 2)
    assert reader.first_time_ns == 0
    assert reader.last_time_ns == 9 * 10**9


def test_a_time_stamp_out_of_range_is_told_and_no_packet_lost(tmp_path: Path) -> None:
    seconds = option(9, b"\0")
    content = section() + interface(options=seconds) + packet(FRAMES[0], 2**64 - 1)
    (block,), reader = read(write(tmp_path, content + packet(FRAMES[2])))
    assert (len(block), reader.packets) == (2, 2)
    assert reader.skipped == {CLIPPED: 1, LATE: 1}


def test_packets_much_older_than_one_before_are_told(tmp_path: Path) -> None:
    times = [1_600_000_000 + second for second in (0, 100, 40, 39, 0, 101)]
    capture = tmp_path / "steps.pcap"
    capture.write_bytes(pcap([Record(FRAMES[0], time) for time in times]))
    reader = PacketReader(capture, packets_per_block=3)
    assert sum(map(len, reader)) == len(times)
    assert reader.skipped == {LATE: 2}


def test_a_capture_cut_off_in_mid_packet(tmp_path: Path) -> None:
    content = pcap([Record(FRAMES[0])] * 3)
    (block,), reader = read(write(tmp_path, content[:-5]))
    assert len(block) == 2
    assert reader.packets == 3
    assert reader.skipped == {CUT_OFF: 1}


def test_damaged_compression_is_counted(tmp_path: Path) -> None:
    content = gzip.compress(pcap([Record(FRAMES[0])] * 300))
    _, reader = read(write(tmp_path, content[:-12]))
    assert reader.skipped["compressed data damaged or cut off"] == 1


def test_what_is_no_capture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="looks like text"):
        read(write(tmp_path, b"no packets here\n" * 9))


def test_identical_input_gives_identical_blocks(tmp_path: Path) -> None:
    path = write(tmp_path, CAPTURE)
    (one,), (two,) = read(path)[0], read(path)[0]
    for name in vars(one):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from([CAPTURE, CAPTURE_NG]),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    st.integers(0, 2000),
    st.integers(1, 4),
)
def test_a_changed_capture_is_read_or_refused(
    tmp_path: Path, content: bytes, changes: list[tuple[int, int]], lost: int, per_block: int
) -> None:
    changed = bytearray(content)
    for at, value in changes:
        changed[at % len(changed)] = value
    try:
        blocks, reader = read(
            write(tmp_path, bytes(changed[: len(changed) - lost % 400])), per_block
        )
    except UnreadableInputError:
        return
    for block in blocks:
        assert_sound(block)
    numbers = {number for block in blocks for number in block.number.tolist()}
    assert max(numbers, default=0) <= reader.packets


def test_hostile_captures_are_read_to_the_end(shared_data: Path) -> None:
    paths = sorted((shared_data / "pcaps" / "hostile").iterdir())
    assert paths
    for path in paths:
        blocks, reader = read(path)
        for block in blocks:
            assert_sound(block)
        assert blocks or reader.skipped or not reader.packets


def test_sample_captures_hold_nothing_that_is_left_out(pcaps: Path) -> None:
    paths = sorted(path for path in pcaps.rglob("*.pcap*") if path.is_file())
    assert paths
    for path in paths:
        blocks, reader = read(path)
        assert sum(map(len, blocks)) == reader.packets - reader.skipped.total()
        assert all(reason.startswith("not IP") for reason in reader.skipped)


@pytest.mark.parametrize("name", LIKE_ZEEK)
def test_packets_and_bytes_of_every_pair_of_endpoints_are_zeeks(
    shared_data: Path, name: str
) -> None:
    logs = shared_data / "zeek-reference" / name.replace("/", "__")
    blocks, _ = read(shared_data / "pcaps" / name)
    assert counts_of_packets(blocks) == counts_of_conn_log(logs / "conn.log")


Counts = Counter[tuple[str, frozenset[tuple[str, str]], str]]


def counts_of_packets(blocks: list[PacketBlock]) -> Counts:
    """Return packets and IP bytes by protocol and endpoints, as conn.log has them."""
    counts: Counts = Counter()
    for block in blocks:
        rows = zip(endpoints(block), block.protocol.tolist(), block.ip_length.tolist(), strict=True)
        for (source, sport, destination, dport), protocol, length in rows:
            if protocol in CONN_PROTOCOLS:
                name = CONN_PROTOCOLS[protocol]
                add(counts, name, (source, str(sport)), (destination, str(dport)), 1, length)
    return counts


def counts_of_conn_log(path: Path) -> Counts:
    counts: Counts = Counter()
    lines = path.read_text().splitlines()
    (names,) = [line.split("\t")[1:] for line in lines if line.startswith("#fields")]
    values = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
    for row in (dict(zip(names, each, strict=True)) for each in values):
        add(
            counts,
            row["proto"],
            (row["id.orig_h"], row["id.orig_p"]),
            (row["id.resp_h"], row["id.resp_p"]),
            int(row["orig_pkts"]) + int(row["resp_pkts"]),
            int(row["orig_ip_bytes"]) + int(row["resp_ip_bytes"]),
        )
    return counts


def add(
    counts: Counts,
    protocol: str,
    one: tuple[str, str],
    other: tuple[str, str],
    packets: int,
    length: int,
) -> None:
    if protocol == "icmp":  # Zeek pairs types of request and reply, which are no ports
        one, other = (one[0], ""), (other[0], "")
    pair = frozenset((one, other))
    counts[protocol, pair, "packets"] += packets
    counts[protocol, pair, "bytes"] += length
