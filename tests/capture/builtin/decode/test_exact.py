import numpy as np

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.exact import accept, holds_one_packet
from capture.builtin.decode.frames import Frames
from tests.capture.builtin.decode.packet_bytes import ipv4, ipv6


def frames_of(packets: list[bytes]) -> tuple[np.ndarray, Frames]:
    sizes = np.array([len(packet) for packet in packets], np.int64)
    end = np.cumsum(sizes)
    whole = Frames(
        start=end - sizes,
        captured=end,
        end=end,
        record=np.arange(len(packets)),
        kind=np.full(len(packets), kinds.IP, np.int32),
        depth=np.zeros(len(packets), np.uint8),
    )
    return np.frombuffer(b"".join(packets), np.uint8), whole


def test_a_frame_holds_one_packet_if_the_lengths_agree() -> None:
    data, frames = frames_of([ipv4(b"x"), ipv6(b"x"), ipv4(b"x") + b"y", ipv6(b"x")[:-1], b"\x50"])
    assert holds_one_packet(data, frames).tolist() == [True, True, False, False, False]
    version = np.array([4, 4, 4, 6, 6])
    assert holds_one_packet(data, frames, version).tolist() == [True, False, False, False, False]


def test_what_is_cut_off_or_not_valid_is_not_accepted() -> None:
    _, frames = frames_of([ipv4(b"x")] * 3)
    frames.kind[1] = kinds.CUT_OFF
    assert accept(frames, np.array([True, True, False])).record.tolist() == [0]
