"""Time the project against its peers on one large capture, in the same run.

python -m bench                          replay the sample captures to 1.5 million packets
python -m bench FOLDER --packets 200000  replay the captures of a folder
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.contenders import REPOSITORY, contenders
from bench.measure import Measurement, measure
from bench.replay import record, write_replay
from capture.errors import UnreadableInputError

_SUFFIXES = {".pcap", ".pcapng", ".cap"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the capture, run each contender, print the table."""
    options = _parser().parse_args(arguments)
    try:
        tape = record(_captures(options.folders))
    except UnreadableInputError as error:
        sys.exit(str(error))
    if not len(tape):
        sys.exit("no Ethernet packets to replay; name a folder with captures")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packets = write_replay(tape, folder / "replay.pcap", options.packets)
        Console().print(_table(folder, packets, options.runs))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Time the project against its peers."
    )
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[REPOSITORY / "pcaps"],
        metavar="FOLDER",
        help="captures to replay (default: the sample captures)",
    )
    parser.add_argument("--packets", type=int, default=1_500_000, help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=3, help="best of so many (default: 3)")
    return parser


def _captures(folders: Sequence[Path]) -> list[Path]:
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in _SUFFIXES
    )


def _table(folder: Path, packets: int, runs: int) -> Table:
    capture = folder / "replay.pcap"
    table = Table(title=f"{packets:,} packets, {capture.stat().st_size / 1e6:,.0f} MB")
    for heading in ("command", "version", "seconds", "packets/s", "peak MB", "times ours"):
        table.add_column(heading, justify="left" if heading in ("command", "version") else "right")
    ours: float | None = None
    for contender in contenders(capture, folder):
        best = _best([measure(contender.command, folder) for _ in range(runs)])
        ours = best.seconds if ours is None else ours
        table.add_row(
            contender.name + ("" if best.status in (0, 1) else f" (failed: {best.status})"),
            contender.version,
            f"{best.seconds:.2f}",
            f"{packets / best.seconds:,.0f}",
            f"{best.peak_megabytes:.0f}",
            f"{best.seconds / ours:.1f}",
        )
    return table


def _best(measurements: Sequence[Measurement]) -> Measurement:
    return min(measurements, key=lambda measurement: measurement.seconds)


if __name__ == "__main__":
    sys.exit(main())
