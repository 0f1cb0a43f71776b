"""Run as a program: analyse every file of a folder within bounds, print what came of each."""

import json
import resource
import sys
from pathlib import Path

from capture.builtin.engine import analyse
from capture.schema import SCHEMAS
from capture.zeek_format.writing import log_bytes
from models.card import MODELS
from module3.features import flows_in_parts
from verdict.attack_flows import classified_flows
from verdict.packets import load_packet_models, read_packets

PROCESSOR_SECONDS = 240
ADDRESS_SPACE = 4 << 30


def outcome(path: Path) -> dict[str, object]:
    logs = analyse(path)
    for name in SCHEMAS:
        log_bytes(logs.table(name), name)
    info = logs.captures[0]
    rows = {name: len(logs.table(name)) for name in SCHEMAS}
    return {
        **rows,
        "packets": info.packets,
        "skipped": dict(info.skipped),
        "flows": flows_written(path),
        **judged(path),
    }


def flows_written(path: Path) -> int:
    """Return how many rows the flow table has, which is forgotten part by part."""
    with flows_in_parts(path) as found:
        return sum(map(len, found.tables))


def judged(path: Path) -> dict[str, object]:
    """Return what modules 3 and 4 say of the packets."""
    found = read_packets(path, load_packet_models(MODELS))
    assert found.flows is not None
    assert found.conversations is not None
    flows = classified_flows([found.flows])
    assert flows is not None
    return {
        "judged_flows": len(flows),
        "classes": sorted(flows["class"].unique()),
        "conversations": len(found.conversations.probabilities),
        "given_up": dict(found.skipped),
    }


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    outcomes = {path.name: outcome(path) for path in sorted(Path(sys.argv[1]).iterdir())}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"outcomes": outcomes, "peak": peak}))


if __name__ == "__main__":
    main()
