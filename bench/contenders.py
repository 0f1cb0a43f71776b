"""The programs that are timed: ours and its peers, each as a command line."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
_NFSTREAM: Final = (
    "import sys, nfstream\n"
    "for flow in nfstream.NFStreamer(sys.argv[1], statistical_analysis=True, n_meters=1): pass"
)


@dataclass(frozen=True)
class Contender:
    """A command that reads one capture; ``version`` is what it says of itself."""

    name: str
    version: str
    command: tuple[str, ...]


def contenders(capture: Path, out: Path) -> list[Contender]:
    """Return our commands, then the peers that are installed."""
    ours = (sys.executable, str(REPOSITORY / "project.py"))
    certificates = str(out / "certificates.sqlite")
    found = [
        Contender(
            "logs",
            "this checkout",
            (*ours, "logs", str(capture), "--out", str(out), "--engine", "builtin"),
        ),
        Contender(
            "detect",
            "this checkout",
            (*ours, "detect", str(capture), "--engine", "builtin", "--certificates", certificates),
        ),
    ]
    if zeek := shutil.which("zeek"):
        found.append(Contender("zeek", _version(zeek), (zeek, "-C", "-r", str(capture))))
    if tshark := shutil.which("tshark"):
        conversations = (tshark, "-q", "-z", "conv,tcp", "-r", str(capture))
        found.append(Contender("tshark conv,tcp", _version(tshark), conversations))
    if importlib.util.find_spec("nfstream"):
        flows = (sys.executable, "-c", _NFSTREAM, str(capture))
        found.append(Contender("nfstream", importlib.metadata.version("nfstream"), flows))
    return found


def _version(program: str) -> str:
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return (output.stdout or output.stderr).partition("\n")[0].strip()
