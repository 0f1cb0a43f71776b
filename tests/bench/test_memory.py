"""How many packets fill a file of a given size."""

from pathlib import Path

import pytest

from bench.memory import packets_for
from bench.replay import record
from bench.setting import Setting


@pytest.mark.parametrize("megabytes", [1, 3])
def test_capture_has_at_least_the_size(pcaps: Path, tmp_path: Path, megabytes: int) -> None:
    tape = record([pcaps / "beacon.pcap"])
    setting = Setting(tape, tmp_path, packets=1, runs=1, python="python")
    capture = setting.capture(packets_for(megabytes / 1000, setting))
    assert megabytes <= capture.megabytes < megabytes + 1
