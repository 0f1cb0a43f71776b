"""The programs that are timed: ours and its peers, each as a command line."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
_VERSION: Final = re.compile(r"\d+(?:\.\d+)+")
_OURS: Final = (sys.executable, str(REPOSITORY / "project.py"))
_NFSTREAM: Final = (
    "import sys, nfstream\n"
    "for flow in nfstream.NFStreamer(sys.argv[1], statistical_analysis=True, n_meters=1): pass"
)
_FLOW_METER_VERSION: Final = (
    "from importlib.metadata import version; print(version('cicflowmeter'))"
)
_NFSTREAM_VERSION: Final = "import nfstream; print(nfstream.__version__)"


@dataclass(frozen=True)
class Contender:
    """A command that reads one capture; ``fine`` are the statuses with which it may exit."""

    name: str
    version: str
    command: tuple[str, ...]
    fine: tuple[int, ...] = (0,)


def logs_command(captures: Sequence[Path], out: Path, jobs: int = 1) -> tuple[str, ...]:
    """Return our command that writes the logs of captures into a folder."""
    options = ("--out", str(out), "--engine", "builtin", "--jobs", str(jobs))
    return (*_OURS, "logs", *map(str, captures), *options)


def detect_command(capture: Path, out: Path, jobs: int = 1) -> tuple[str, ...]:
    """Return our command that judges every server of a capture, with certificates of its own."""
    options = ("--engine", "builtin", "--certificates", str(out / "certificates.sqlite"))
    return (*_OURS, "detect", str(capture), *options, "--jobs", str(jobs))


def flows_command(capture: Path, out: Path) -> tuple[str, ...]:
    """Return our command that writes the flow table of a capture."""
    return (*_OURS, "flows", str(capture), "--out", str(out / "flows.csv"))


def flow_meter(capture: Path, program: Path, out: Path) -> Contender | None:
    """Return the command of the cicflowmeter package on a capture, None if it is not there."""
    listing = _said([str(program.with_name("python")), "-c", _FLOW_METER_VERSION])
    command = (str(program), "-f", str(capture), "-c", str(out / "cicflowmeter.csv"))
    return Contender(program.name, listing, command) if listing else None


def peers(capture: Path, python: str) -> tuple[list[Contender], list[str]]:
    """Return the peers that are installed, and the names of the others.

    ``python`` is the interpreter that nfstream may be installed for.
    """
    conversations = ("-q", "-z", "conv,tcp", "-r", str(capture))
    candidates = (
        ("zeek", _version_of("zeek"), ("zeek", "-C", "-r", str(capture))),
        ("tshark conv,tcp", _version_of("tshark"), ("tshark", *conversations)),
        (
            "nfstream",
            _said([python, "-c", _NFSTREAM_VERSION]),
            (python, "-c", _NFSTREAM, str(capture)),
        ),
    )
    found = [Contender(name, version, command) for name, version, command in candidates if version]
    return found, [name for name, version, _ in candidates if not version]


def _version_of(program: str) -> str:
    path = shutil.which(program)
    return version_in(_said([path, "--version"])) if path else ""


def version_in(text: str) -> str:
    """Return the first version number that a text holds, all of the text without one."""
    number = _VERSION.search(text)
    return number[0] if number else text


def _said(command: Sequence[str]) -> str:
    """Return the first line that a command prints, empty if it fails."""
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return output.stdout.partition("\n")[0].strip() if output.returncode == 0 else ""
