import shutil
import statistics
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from capture.errors import UnreadableInputError
from module4.features import ABOUT, MEASURES, conversations_of_capture, warned_ports
from module4.templates import FOLDER, read_templates

from ..capture.builtin.decode.packet_bytes import tcp, udp
from .small_captures import CLIENT, RECORD, SERVER, SYN, Packet, answered, arp, table, write


def test_one_row_a_pair_of_addresses_whichever_way_packets_go(tmp_path: Path) -> None:
    one = Packet(1.0, tcp(RECORD))
    other = Packet(2.0, udp(b"x" * 30, 50000, 50001), 17, CLIENT, "10.0.0.9")
    packets = [one, answered(Packet(3.0, tcp(b"", 443, 40000))), other]
    rows = table(write(tmp_path / "c.pcap", packets))
    assert rows.select(ABOUT[:3]).rows() == [(CLIENT, "10.0.0.9", 1), (CLIENT, SERVER, 2)]
    assert rows["TLS"].to_list() == [0, 1]
    assert rows["https"].to_list() == [0, 2]
    assert rows["unknown_ports"].to_list() == [1, 0]
    assert rows.columns[: len(ABOUT) + len(MEASURES)] == [*ABOUT, *MEASURES]


def test_measures_are_those_of_the_statistics_module(tmp_path: Path) -> None:
    sizes, times = [0, 1, 500, 33], [5.0, 5.5, 7.25, 60.125]
    packets = [Packet(at, tcp(bytes(n))) for n, at in zip(sizes, times, strict=True)]
    row = table(write(tmp_path / "c.pcap", packets)).row(0, named=True)
    lengths = [40 + size for size in sizes]
    since = [at - times[0] for at in times]
    assert row["mean_length"] == pytest.approx(statistics.mean(lengths))
    assert row["std_length"] == pytest.approx(statistics.pstdev(lengths))
    assert row["mean_time"] == pytest.approx(statistics.mean(since))
    assert row["var_time"] == pytest.approx(statistics.pvariance(since))
    assert row["last_ts"] - row["first_ts"] == pytest.approx(55.125)


def test_conversation_begins_with_its_earliest_packet(tmp_path: Path) -> None:
    packets = [Packet(9.0, tcp(b"")), Packet(5.0, tcp(b""))]
    row = table(write(tmp_path / "c.pcap", packets)).row(0, named=True)
    assert row["mean_time"] == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["beacon.pcap", "tls13.pcapng", "ipv6.pcap", "browsing.pcap"])
def test_blocks_of_any_size_give_the_same_table(pcaps: Path, name: str) -> None:
    from module4.features import conversation_table

    parts = [
        conversation_table(
            conversations_of_capture(pcaps / name, packets_per_block=n).conversations
        )
        for n in (1 << 17, 7)
    ]
    assert_frame_equal(*parts, check_exact=False, rel_tol=1e-9)


def test_every_packet_counts_once(pcaps: Path) -> None:
    found = conversations_of_capture(pcaps / "browsing.pcap")
    assert found.conversations.states["packets"].sum() == found.packets
    rows = table(pcaps / "browsing.pcap")
    assert (
        rows.select(pl.sum_horizontal("IP", "IPv6").sum() if "IPv6" in rows.columns else "IP")[
            :, 0
        ].sum()
        == found.packets
    )


def test_address_resolution_is_a_conversation(tmp_path: Path) -> None:
    rows = table(write(tmp_path / "c.pcap", [], [arp("10.0.0.1", "10.0.0.254")]))
    assert rows.select("first_address", "second_address", "ARP", "mean_length").rows() == [
        ("10.0.0.1", "10.0.0.254", 1, 28.0)
    ]


def test_edited_template_changes_the_names_of_tokens(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "protocol"))
    path = folder / "PORT"
    path.write_text(path.read_text("utf-8").replace("443:https", "443:secure web"), "utf-8")
    capture = write(tmp_path / "c.pcap", [Packet(1.0, tcp(RECORD))])
    assert "https" in table(capture).columns
    edited = table(capture, read_templates(folder))
    assert edited["secure web"].to_list() == [1]
    assert "https" not in edited.columns


def test_ports_that_trojans_used(tmp_path: Path) -> None:
    packets = [Packet(n, tcp(b"", 50000, 12345, flags=SYN)) for n in range(3)]
    found = conversations_of_capture(write(tmp_path / "c.pcap", packets)).conversations
    assert warned_ports(found) == {0: {12345: 3}}
    assert warned_ports(found.part(1, 1)) == {}


def test_capture_without_conversations(tmp_path: Path) -> None:
    rows = table(write(tmp_path / "c.pcap", []))
    assert rows.is_empty()
    assert rows.columns == [*ABOUT, *MEASURES]


def test_a_file_that_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(b"")
    with pytest.raises(UnreadableInputError, match=r"empty\.pcap"):
        conversations_of_capture(path)


def test_damaged_captures_are_read_as_far_as_they_go(shared_data: Path) -> None:
    captures = sorted((shared_data / "pcaps" / "hostile").glob("nDPI*"))
    assert captures
    for capture in captures:
        assert len(table(capture)) == len(conversations_of_capture(capture).conversations)
