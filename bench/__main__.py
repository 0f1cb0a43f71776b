"""Time the project on captures made by replaying small ones, against its peers in the same run.

python -m bench                               1.5 million packets, against zeek, tshark and nfstream
python -m bench FOLDER --packets 200000       replay the captures of a folder
python -m bench --linearity --memory          other questions, as many as wanted
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.against_peers import compare_with_peers
from bench.contenders import REPOSITORY
from bench.detection import measure_detection, measure_start
from bench.flow_features import measure_flow_features
from bench.jobs import measure_jobs
from bench.linearity import measure_linearity
from bench.memory import measure_memory
from bench.replay import record
from bench.setting import Setting
from capture.errors import UnreadableInputError

_SUFFIXES: Final = {".pcap", ".pcapng", ".cap"}
_QUESTIONS: Final = {
    "linearity": "an eighth of the packets against all of them",
    "memory": "peak memory by size of the capture, and of a SYN scan",
    "detect": "file to verdict against logs",
    "features": "the flow table, and the cicflowmeter package on the same capture",
    "jobs": "several captures, one job against all cores",
    "start": "process start to verdict on 20 kB",
}

_Question = Callable[[Setting], Table]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the captures, run the commands, print a table for each question."""
    options = _parser().parse_args(arguments)
    try:
        tape = record(_captures(options.folders))
    except UnreadableInputError as error:
        sys.exit(str(error))
    if not len(tape):
        sys.exit("no Ethernet packets to replay; name a folder with captures")
    for question in _questions(options):
        with tempfile.TemporaryDirectory() as name:
            setting = Setting(tape, Path(name), options.packets, options.runs, options.python)
            Console().print(question(setting))
    return 0


def _questions(options: argparse.Namespace) -> Iterator[_Question]:
    """Yield what is asked for, the comparison with peers if nothing is."""
    memory = partial(measure_memory, gigabytes=options.gigabytes, flows=options.flows)
    questions: dict[str, _Question] = {
        "linearity": measure_linearity,
        "memory": memory,
        "detect": measure_detection,
        "features": measure_flow_features,
        "jobs": measure_jobs,
        "start": measure_start,
    }
    asked = [question for name, question in questions.items() if getattr(options, name)]
    yield from asked or [compare_with_peers]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Time the project against its peers, or answer the questions named.",
    )
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[REPOSITORY / "pcaps"],
        metavar="FOLDER",
        help="captures to replay (default: the sample captures)",
    )
    for question, meaning in _QUESTIONS.items():
        parser.add_argument(f"--{question}", action="store_true", help=meaning)
    add = partial(parser.add_argument, metavar="N")
    add("--packets", type=_positive, default=1_500_000, help="default: %(default)s")
    add("--runs", type=_positive, default=3, help="best of so many (default: 3)")
    sizes = (0.5, 1.0, 2.0, 4.0)
    add("--gigabytes", type=float, nargs="+", default=sizes, help="with --memory: sizes of files")
    add("--flows", type=_positive, default=1_000_000, help="with --memory: flows of the scan")
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="interpreter that nfstream or cicflowmeter is installed for (default: this one)",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _captures(folders: Sequence[Path]) -> list[Path]:
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in _SUFFIXES
    )


if __name__ == "__main__":
    sys.exit(main())
