from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from capture.errors import UnreadableInputError
from module3.features import flows_in_parts, flows_of_capture

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("name", "cic"), [("tls13.csv", False), ("tls13-cic.csv", True)])
def test_flows_of_a_sample_capture(pcaps: Path, name: str, cic: bool) -> None:
    table = flows_of_capture(pcaps / "tls13.pcapng", cic=cic).table
    expected = pl.read_csv(GOLDEN / name, infer_schema_length=None)
    written = io.BytesIO(table.write_csv(datetime_format="%Y-%m-%d %H:%M:%S%.6f").encode())
    assert_frame_equal(pl.read_csv(written, infer_schema_length=None), expected)


@pytest.mark.parametrize("cic", [False, True])
def test_blocks_of_any_size_give_the_same_table(pcaps: Path, cic: bool) -> None:
    capture = pcaps / "beacon.pcap"
    whole = flows_of_capture(capture, cic=cic).table
    assert flows_of_capture(capture, cic=cic, packets_per_block=17).table.equals(whole)


def test_every_packet_of_a_capture_is_in_a_flow(pcaps: Path) -> None:
    found = flows_of_capture(pcaps / "ipv6.pcap")
    counts = found.table.select(pl.col("Tot Fwd Pkts", "Tot Bwd Pkts").sum()).row(0)
    assert sum(counts) == found.packets
    assert found.skipped == {}


def test_a_file_that_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(b"")
    with pytest.raises(UnreadableInputError, match=r"empty\.pcap"):
        flows_of_capture(path)


def test_damaged_captures_give_the_same_flows_in_blocks_of_any_size(shared_data: Path) -> None:
    captures = sorted((shared_data / "pcaps" / "hostile").glob("nDPI*"))
    assert captures
    for capture in captures:
        whole = flows_of_capture(capture).table
        assert flows_of_capture(capture, packets_per_block=5).table.equals(whole)


@pytest.mark.parametrize("bytes_in_memory", [1, 20_000, 1 << 25])
def test_rows_that_wait_on_the_disk_are_the_same_table(pcaps: Path, bytes_in_memory: int) -> None:
    capture = pcaps / "browsing.pcap"
    whole = flows_of_capture(capture).table
    with flows_in_parts(capture, packets_per_block=100, bytes_in_memory=bytes_in_memory) as found:
        parts = list(found.tables)
    assert parts[0].is_empty()
    assert pl.concat(parts).equals(whole)


def test_flows_that_ended_early_are_among_what_was_skipped(
    pcaps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("module3.flows._INTERVAL", 1)
    with flows_in_parts(pcaps / "browsing.pcap", most_open=5) as found:
        assert found.skipped["flow ended early: too many are open"] > 0
        assert sum(map(len, found.tables)) > 0
