"""The prompt: asks for addresses and prints a verdict on each."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from capture.interrupts import end_waits_when_interrupted
from commands.colours import show
from commands.exit_status import NOTHING_MALICIOUS, UNREADABLE_INPUT
from commands.options.declared import OPTIONS
from commands.options.settings import read_settings
from commands.output import complaint, notice, said, write
from commands.results import asked_for, in_full, language_of, view_of
from commands.typed_line import typed_line
from report.text import printable
from verdict.addresses import normal_form

if TYPE_CHECKING:
    from commands.analysis import Analysis

File = tuple[str, int, int]

QUESTION: Final = "please input the IP that to be detected:"
LEAVE: Final = ("quit", "exit")
SAMPLES: Final = Path(__file__).resolve().parent.parent / "pcaps"
_SETTINGS: Final = (
    "engine",
    "certificates",
    "models",
    "decompression-limit",
    "jobs",
    "top",
    "min-probability",
    "sort",
    "allow",
    "show-allowed",
    "lang",
    "verbose",
)
_NAMED: Final = 6  # inputs named in the line that says what is read
_LISTED: Final = 10  # servers offered where an address has no TLS
# In this order so that one import is short: leaving waits for the one that is under way.
_NEEDED: Final = (
    "numpy",
    "polars",
    "capture.read",
    "capture.builtin.engine",
    "verdict.assess",
    "verdict.scoring",
    "module1.detect",
    "module2.detect",
)


class Preparation:
    """Imports what an answer will need while the user still types."""

    def __init__(self, modules: Sequence[str] = _NEEDED) -> None:
        self._modules = modules
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._import)

    def __enter__(self) -> Preparation:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def wait(self) -> None:
        """Return when everything is imported."""
        self._thread.join()

    def _import(self) -> None:
        for module in self._modules:
            if self._stopped.is_set():
                return
            try:
                importlib.import_module(module)
            except ImportError:
                return  # the answer needs it too, and will say so
            end_waits_when_interrupted()  # here for the return key


def run(folders: Sequence[Path] | None = None, *, verbose: bool | None = None) -> int:
    """Ask until end of input or ``quit`` and return the exit status.

    That is 0 whatever the verdicts were, and 3 if an answer found no capture that can be read.
    ``verbose`` stands before the setting.
    """
    options = _options()
    if verbose is not None:
        options.verbose = verbose
    prompt = _Prompt(_usual_folders() if folders is None else folders, options)
    with Preparation() as preparation:
        while (answer := typed_line(QUESTION)) is not None and answer.lower() not in LEAVE:
            address = normal_form(answer)
            if answer and address is None:
                write(f"{said(f'{printable(answer)} is no IP address')}\n")
            else:
                preparation.wait()
                prompt.answer(address)
    return UNREADABLE_INPUT if prompt.found_nothing else NOTHING_MALICIOUS


def _usual_folders() -> list[Path]:
    """Return the folder that this runs in, unless it was deleted, and that of the samples."""
    try:
        return [Path(), Path(os.path.relpath(SAMPLES))]
    except FileNotFoundError:
        return [SAMPLES]


class _Prompt:
    """Answers one question after the other over the same captures."""

    def __init__(self, folders: Sequence[Path], options: argparse.Namespace) -> None:
        self._folders = folders
        self._options = options
        self._analysis: Analysis | None = None
        self._files: frozenset[File] = frozenset()
        self.found_nothing = False

    def answer(self, address: str | None) -> None:
        """Print the verdict on the address, or on all servers for None.

        The first answer waits for all that is read of the captures, later ones hardly at all.
        """
        from capture.errors import UnreadableInputError

        files = _files(self._folders)
        if self._analysis is None or files != self._files:
            self._analysis, self._files = self._captures(), files
        try:
            if self._analysis is not None:
                _print(self._analysis, address, self._options)
        except UnreadableInputError as error:
            complaint(str(error))
            self._analysis = None
        except KeyboardInterrupt:
            raise KeyboardInterrupt("stopped before there was an answer") from None
        self.found_nothing = self._analysis is None

    def _captures(self) -> Analysis | None:
        """Return the captures that are there now, None after saying that there are none."""
        from capture.discover import find_inputs
        from commands.analysis import Analysis

        places = _places(self._folders)
        inputs = find_inputs(places, recursive=False)
        if not inputs:
            folders = " or ".join(str(folder.resolve()) for folder in self._folders)
            write(f"{said(f'no capture to look at: put a .pcap file into {folders}')}\n")
            return None
        notice(_what_is_read([str(each.path) for each in inputs]))
        return Analysis(
            places,
            self._options.engine,
            self._options.certificates,
            self._options.models,
            self._options.jobs,
            recursive=False,
            decompressed_limit=self._options.decompression_limit,
        )


def _files(folders: Sequence[Path]) -> frozenset[File]:
    """Return the captures and logs that are there now, each with its size and time of change."""
    from capture.discover import find_inputs

    found = set()
    for each in find_inputs(_places(folders), recursive=False):
        with contextlib.suppress(OSError):
            for path in each.path.iterdir() if each.kind == "logs" else [each.path]:
                if each.kind == "capture" or ".log" in path.suffixes:
                    status = path.stat()
                    found.add((str(path), status.st_size, status.st_mtime_ns))
    return frozenset(found)


def _what_is_read(paths: Sequence[str]) -> str:
    from report.text import counted

    named = ", ".join(paths[:_NAMED])
    rest = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"looking at {counted(len(paths), 'input')}: {named}{rest}"


def _places(folders: Sequence[Path]) -> list[Path]:
    """Return the folders that are there, and those directly in them that hold Zeek logs."""
    there = [folder for folder in folders if folder.is_dir()]
    return [*there, *(entry for folder in there for entry in _entries(folder) if _has_logs(entry))]


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder, nothing if it cannot be listed: reading it will say so."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _has_logs(folder: Path) -> bool:
    from capture.zeek_folder import holds_logs

    try:
        return folder.is_dir() and holds_logs(folder)
    except OSError:
        return False


def _options() -> argparse.Namespace:
    """Return the settings that a command would take from its options."""
    settings = read_settings(os.environ)
    values = {name.replace("-", "_"): settings.value_of(OPTIONS[name]) for name in _SETTINGS}
    return argparse.Namespace(**values)


def _print(analysis: Analysis, address: str | None, options: argparse.Namespace) -> None:
    if address is None:
        _print_all(analysis, options)
    else:
        _print_one(analysis, address, options)


def _print_all(analysis: Analysis, options: argparse.Namespace) -> None:
    from report.ranking import ranking
    from report.selection import select

    view = view_of(options)
    selection = select(analysis.assess(None, view.allowlist), view)
    language = language_of(options)
    show(ranking(selection.overview, language, verbose=options.verbose), language)


def _print_one(analysis: Analysis, address: str, options: argparse.Namespace) -> None:
    from report.console import attacked_lines
    from report.selection import select
    from verdict.targets import is_known

    view = asked_for(view_of(options))
    document, language = analysis.assess([address], view.allowlist), language_of(options)
    ends = analysis.scored.servers.select("client", "server")
    if ends.filter((ends["client"] == address) | (ends["server"] == address)).is_empty():
        known = is_known(analysis.logs, address)
        why = "has no TLS connection" if known else "is in no capture"
        write(f"{said(f'{address} {why}')}\n")
        write("".join(f"{line}\n" for line in attacked_lines(document, language)))
        write(_suggestions(analysis))
        return
    show(in_full(select(document, view), language), language)


def _suggestions(analysis: Analysis) -> str:
    """Return the TLS servers with most connections as text."""
    from report.text import counted
    from verdict.targets import busiest_servers

    servers = busiest_servers(analysis.logs, _LISTED)
    if not servers:
        return f"{said('no TLS server is in any capture')}\n"
    lines = [f"  {address:<39} {counted(count, 'connection')}" for address, count in servers]
    return "\n".join([said("TLS servers with most connections:"), *lines]) + "\n"
