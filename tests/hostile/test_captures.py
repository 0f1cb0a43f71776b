"""Captures made to do harm: each is read to its end, within bounds, and what is left out is told.

All are analysed by one process with little address space and processor time. How long the same
kinds take when they are a hundred times larger stands in ``docs/fuzzing.md``.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from capture.builtin.decode.decoder import LATE
from capture.builtin.files.timestamps import CLIPPED
from tests.hostile.captures import CAPTURES

MOST_MEMORY = 1 << 30

# What must be known of each: rows of the tables, and counts by reason.
EXPECTED: dict[str, dict[str, Any]] = {
    "half_open_handshakes": {"conn": 20_000, "flows": 20_000, "conversations": 20_000},
    "scanned_ports": {"conn": 20_000, "classes": ["Infilteration"], "conversations": 1},
    "datagrams": {"conn": 20_000, "flows": 20_000, "conversations": 20_000},
    "interfaces": {"conn": 1, "packets": 10},
    "absurd_interfaces": {
        "conn": 1,
        "skipped": {"packet of an interface that the file does not describe": 1},
    },
    "times": {"packets": 800, "skipped": {CLIPPED: 400, LATE: 399}},
    "option_loops": {"packets": 2, "skipped": {}},
    "fragments": {"skipped": {"fragment of an IP packet that was never complete": 12_000}},
    "extension_headers": {
        "skipped": {"too many IPv6 extension headers": 100, "headers nested too deeply": 100}
    },
    "tunnels": {"skipped": {"tunnel within too many tunnels": 20}},
    "out_of_order": {"conn": 1, "packets": 20_003},
    "holes": {"conn": 1, "packets": 40_002},
    "transactions": {"conn": 1, "dns": 20_000},
    "pointers": {"packets": 10},
    "grown_answers": {"conn": 1},
    "quic_pieces": {"conn": 200, "ssl": 0},
    "certificate_chain": {"ssl": 1, "x509": 10_000},
    "certificate_nested": {"ssl": 1, "x509": 2},
    "empty_records": {"ssl": 1},
    "longest_records": {"ssl": 1},
    "many_extensions": {"ssl": 1},
    "long_server_name": {"ssl": 1},
    "ethertypes": {"conn": 0},
    "link_types": {"conn": 0},
    "gzip_members": {"conn": 1},
}


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, build in CAPTURES.items():
        (folder / name).write_bytes(build())
    command = [sys.executable, "-m", "tests.hostile.bounded", str(folder)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_memory_stays_bounded(analysed: dict[str, Any]) -> None:
    assert analysed["peak"] < MOST_MEMORY


@pytest.mark.parametrize("name", CAPTURES)
def test_it_is_read_to_its_end(analysed: dict[str, Any], name: str) -> None:
    outcome = analysed["outcomes"][name]
    assert {key: outcome[key] for key in EXPECTED[name]} == EXPECTED[name]


@pytest.mark.parametrize("name", CAPTURES)
def test_its_flows_are_written_and_judged(analysed: dict[str, Any], name: str) -> None:
    outcome = analysed["outcomes"][name]
    assert outcome["judged_flows"] == outcome["flows"]
    assert outcome["given_up"] == {}


@pytest.mark.parametrize(
    ("name", "others", "packets"),
    [
        ("ethertypes", "not IP (other EtherTypes)", 0x4000 - 0x600),
        ("link_types", "other link types not supported", 2000),
    ],
)
def test_thousands_of_reasons_are_few_lines_that_count_all(
    analysed: dict[str, Any], name: str, others: str, packets: int
) -> None:
    skipped = analysed["outcomes"][name]["skipped"]
    assert len(skipped) < 80
    assert skipped[others] > 0
    assert analysed["outcomes"][name]["packets"] == packets
