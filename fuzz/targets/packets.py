"""Frames: link layers, IP, transport headers, fragments and tunnels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.block import PacketBlock
from capture.builtin.decode.decoder import Decoder
from capture.builtin.decode.link import LINK_TYPES
from capture.builtin.files.records import Records
from fuzz.seeds.corpus import Corpus, Frame, spread
from fuzz.target import Input, Target, buffers
from pcaps.generate.disturbances import fragmented, in_gre_tunnel, linux_cooked, tagged
from pcaps.generate.packet import Packet

_ETHERNET: Final = 1
_COOKED: Final = 113
_RAW: Final = 101
_LONGEST_SEED: Final = 600
# Protocol numbers and EtherTypes behind which another header stands, ports of tunnels.
_TOKENS: Final = (
    *(bytes((kind,)) for kind in (0, 4, 41, 43, 44, 47, 50, 51, 60, 135)),
    *(kind.to_bytes(2, "big") for kind in (0x0800, 0x86DD, 0x8100, 0x88A8, 0x8847, 0x8864)),
    *(port.to_bytes(2, "big") for port in (2152, 3544, 4789, 5072, 6081)),
    bytes.fromhex("2c00000000000001"),
    bytes.fromhex("0000080045000014"),
)


def framed(frame: Frame) -> bytes:
    """Return a frame behind its link type, as the targets here take it."""
    return (frame.link_type & 0xFFFF).to_bytes(2, "big") + frame.data[:_LONGEST_SEED]


def _link_seeds(corpus: Corpus) -> list[Input]:
    found = [framed(each) for frames in corpus.frames for each in frames[:12]]
    bodies = [each.data[14:200] for frames in corpus.frames[::20] for each in frames[:2]]
    made = [kind.to_bytes(2, "big") + body for kind in sorted(LINK_TYPES) for body in bodies[:6]]
    return buffers(spread(found) + spread(made))


def _fragment_seeds(corpus: Corpus) -> list[Input]:
    seeds: list[Input] = []
    for frames in corpus.frames[:60]:
        packets = [Packet(0, each.data) for each in frames if each.link_type == _ETHERNET][:4]
        packets = [packet for packet in packets if _is_ip(packet.frame)]
        if packets:
            seeds += [_of(link, changed) for link, changed in _disturbed(packets)]
    return seeds


def _is_ip(frame: bytes) -> bool:
    return frame[12:14] in (b"\x08\x00", b"\x86\xdd") and len(frame) > 60


def _disturbed(packets: list[Packet]) -> list[tuple[int, list[Packet]]]:
    tunnel = in_gre_tunnel(packets, "192.0.2.1", "192.0.2.2")
    twice = in_gre_tunnel(tunnel, "192.0.2.3", "192.0.2.4")
    return [
        (_ETHERNET, fragmented(packets, 64)),
        (_ETHERNET, fragmented(packets, 400)),
        (_ETHERNET, tunnel),
        (_ETHERNET, fragmented(twice, 120)),
        (_ETHERNET, tagged(packets, 5, 7)),
        (_COOKED, linux_cooked(packets)),
    ]


def _of(link_type: int, packets: Sequence[Packet]) -> Input:
    prefix = link_type.to_bytes(2, "big")
    return tuple(prefix + packet.frame for packet in packets[:12])


def records_of(frames: Sequence[bytes]) -> Records:
    """Return records of frames that stand behind their link types, a millisecond apart."""
    sizes = np.array([max(len(frame) - 2, 0) for frame in frames], np.int64)
    return Records(
        data=np.frombuffer(b"".join(frame[2:] for frame in frames), np.uint8),
        offset=np.cumsum(sizes) - sizes,
        captured=sizes,
        length=sizes,
        time_ns=np.arange(len(frames), dtype=np.int64) * 10**6,
        link_type=np.array([int.from_bytes(frame[:2], "big") for frame in frames], np.int64),
        consumed=int(sizes.sum()),
    )


def _decode(inputs: Sequence[Input], _: Path) -> None:
    decoder = Decoder()
    frames = [part for parts in inputs for part in parts]
    block = decoder.decode(records_of(frames))
    decoder.finish()
    check(block)
    _check_skipped(decoder.skipped, len(frames))


def check(block: PacketBlock) -> None:
    """Raise AssertionError if a payload of the block lies outside of its data."""
    begin, size = block.payload_offset, block.payload_captured
    _require(begin >= 0, "a payload before the data")
    _require(size >= 0, "a payload of less than nothing")
    _require((size == 0) | (begin + size <= len(block.data)), "a payload behind the data")
    _require(size <= block.payload_length, "more captured than sent")


def _require(condition: NDArray[np.bool_], what: str) -> None:
    if not condition.all():
        raise AssertionError(what)


def _check_skipped(skipped: Counter[str], frames: int) -> None:
    if any(count < 0 or count > 40 * frames for count in skipped.values()):
        raise AssertionError(f"a count of skipped packets cannot be: {skipped}")


TARGETS: Final = (
    Target("frames", _link_seeds, _decode, batch=250, tokens=_TOKENS, longest=4000),
    Target("fragments", _fragment_seeds, _decode, batch=200, tokens=_TOKENS, longest=4000),
)
