"""What every question of the bench is asked with: packets to replay, a folder, how many runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Measurement, measure
from bench.replay import Tape, write_replay


@dataclass(frozen=True)
class Capture:
    """A capture file that the bench made."""

    path: Path
    packets: int

    @property
    def megabytes(self) -> float:
        """Size of the file in 10^6 bytes."""
        return self.path.stat().st_size / 1e6


@dataclass(frozen=True)
class Setting:
    """``folder`` is for files that go when the bench is over; the best of ``runs`` counts.

    ``packets`` is how many packets a capture has where nothing else is said, ``python`` the
    interpreter with nfstream.
    """

    tape: Tape
    folder: Path
    packets: int
    runs: int
    python: str

    @property
    def logs(self) -> Path:
        """Where our commands write."""
        return self.folder / "logs"

    def capture(self, packets: int, name: str = "replay.pcap") -> Capture:
        """Return a new capture of at least so many packets."""
        path = self.folder / name
        return Capture(path, write_replay(self.tape, path, packets))

    def best(self, command: Sequence[str]) -> Measurement:
        """Return the fastest of the runs of a command."""
        measurements = [measure(command, self.folder) for _ in range(self.runs)]
        return min(measurements, key=lambda measurement: measurement.seconds)
