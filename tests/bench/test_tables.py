"""Tables of measurements, as text."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.against_peers import peer_table
from bench.contenders import Contender
from bench.detection import detection_table
from bench.jobs import jobs_table
from bench.linearity import linearity_table
from bench.measure import Measurement
from bench.setting import Capture
from bench.tables import FINE, marked

FAST = Measurement(seconds=2.0, processor_seconds=3.0, peak_megabytes=100.0, status=0)
SLOW = Measurement(seconds=10.0, processor_seconds=10.0, peak_megabytes=50.0, status=0)
BROKEN = Measurement(seconds=1.0, processor_seconds=1.0, peak_megabytes=5.0, status=2)


def cells(table: Table) -> list[list[str]]:
    """Return the table's rows as they are printed."""
    console = Console(width=200, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    rows = [line for line in capture.get().splitlines() if "│" in line]
    return [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]


def capture_of(tmp_path: Path, packets: int) -> Capture:
    path = tmp_path / f"{packets}.pcap"
    path.write_bytes(bytes(1000))
    return Capture(path, packets)


def test_peers_are_compared_with_the_first(tmp_path: Path) -> None:
    contenders = [Contender("flows", "ours", ()), Contender("peer", "1.2", ())]
    table = peer_table(capture_of(tmp_path, 4000), contenders, [FAST, SLOW])
    assert cells(table) == [
        ["flows", "ours", "2.00", "3.00", "2,000", "100", "1.00", "1.00"],
        ["peer", "1.2", "10.00", "10.00", "400", "50", "5.00", "3.33"],
    ]
    assert [column.header for column in table.columns][-2:] == ["times flows", "in CPU time"]


def test_a_peer_that_gave_up_is_marked(tmp_path: Path) -> None:
    gave_up = Measurement(seconds=1.0, processor_seconds=1.0, peak_megabytes=5.0, status=1)
    contenders = [Contender("detect", "ours", (), FINE), Contender("peer", "1.2", ())]
    rows = cells(peer_table(capture_of(tmp_path, 4000), contenders, [gave_up, gave_up]))
    assert [row[0] for row in rows] == ["detect", "peer (failed: 1)"]


def test_linearity_compares_packets_and_seconds(tmp_path: Path) -> None:
    captures = [capture_of(tmp_path, 1000), capture_of(tmp_path, 8000)]
    table = linearity_table(captures, [FAST, SLOW])
    assert cells(table) == [
        ["logs", "1,000", "1.00", "2.00", "1.00", "500", "100"],
        ["logs", "8,000", "8.00", "10.00", "5.00", "800", "50"],
    ]


def test_jobs_are_compared_the_other_way_round() -> None:
    assert cells(jobs_table("", (1, 2), [SLOW, FAST])) == [
        ["logs --jobs 1", "10.00", "1.00"],
        ["logs --jobs 2", "2.00", "5.00"],
    ]


def test_detection_is_compared_with_logs() -> None:
    rows = cells(detection_table("", [FAST, SLOW]))
    assert [row[0] for row in rows] == ["logs", "detect"]
    assert [row[3] for row in rows] == ["1.00", "5.00"]


def test_failed_commands_are_marked() -> None:
    assert (marked("logs", FAST), marked("logs", BROKEN)) == ("logs", "logs (failed: 2)")
