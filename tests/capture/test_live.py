import socket
from pathlib import Path
from typing import Self

import pytest

from capture.builtin.packets import PacketReader
from capture.errors import UnreadableInputError
from capture.live import record

from .builtin.decode.packet_bytes import ethernet, ipv4, udp

FRAME = ethernet(ipv4(udp(b"x" * 20)))


class FakeSocket:
    """Stands for a packet socket of an interface with that hardware type."""

    hardware = 1

    def __init__(self, *arguments: int) -> None:
        self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def bind(self, address: tuple[str, int]) -> None:
        if address[0] != "eth0":
            raise OSError(19, "No such device")

    def getsockname(self) -> tuple[str, int, int, int, bytes]:
        return "eth0", 3, 0, self.hardware, b""

    def recv(self, size: int) -> bytes:
        return FRAME if self.hardware == 1 else FRAME[14:]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeSocket]:
    monkeypatch.setattr(socket, "AF_PACKET", 17, raising=False)
    monkeypatch.setattr(socket, "socket", FakeSocket)
    return FakeSocket


@pytest.mark.parametrize("hardware", [1, 65534])
def test_recorded_packets_can_be_read(
    fake: type[FakeSocket], hardware: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fake, "hardware", hardware)
    record("eth0", 3, tmp_path / "live.pcap")
    reader = PacketReader(tmp_path / "live.pcap")
    (block,) = reader
    assert block.payload_length.tolist() == [20] * 3
    assert not reader.skipped


@pytest.mark.usefixtures("fake")
def test_unknown_interface(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match=r"eth7: no usable .* \(no such device\)"):
        record("eth7", 3, tmp_path / "live.pcap")


def test_interface_without_ip(
    fake: type[FakeSocket], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fake, "hardware", 280)
    with pytest.raises(UnreadableInputError, match="not an interface that carries IP"):
        record("eth0", 3, tmp_path / "live.pcap")


def test_not_permitted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*arguments: int) -> None:
        raise PermissionError

    monkeypatch.setattr(socket, "AF_PACKET", 17, raising=False)
    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(UnreadableInputError, match="not permitted; run this as root"):
        record("eth0", 3, tmp_path / "live.pcap")
    assert not (tmp_path / "live.pcap").exists()


def test_other_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(socket, "AF_PACKET", raising=False)
    with pytest.raises(UnreadableInputError, match="on Linux only"):
        record("eth0", 3, tmp_path / "live.pcap")
