"""Run as a program: analyse every file of a folder within bounds, print what came of each."""

import json
import resource
import sys
from pathlib import Path

from capture.builtin.engine import analyse
from capture.schema import SCHEMAS
from capture.zeek_format.writing import log_bytes

PROCESSOR_SECONDS = 240
ADDRESS_SPACE = 4 << 30


def outcome(path: Path) -> dict[str, object]:
    logs = analyse(path)
    for name in SCHEMAS:
        log_bytes(logs.table(name), name)
    info = logs.captures[0]
    rows = {name: len(logs.table(name)) for name in SCHEMAS}
    return {**rows, "packets": info.packets, "skipped": dict(info.skipped)}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    outcomes = {path.name: outcome(path) for path in sorted(Path(sys.argv[1]).iterdir())}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"outcomes": outcomes, "peak": peak}))


if __name__ == "__main__":
    main()
