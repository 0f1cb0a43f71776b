"""Where commands write: results to standard output or files, everything else to standard error."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from commands.closed_streams import was_closed
from commands.errors import WrongUseError
from commands.options.option import STANDARD_OUTPUT

# What a file name may hold that a terminal would obey.
_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_WIDTH: Final = 80  # as results have it
_LOG: Final = ".log"  # in the names of all that Zeek writes
_INSTEAD: Final = "write --json - for standard output"

# Of this process, set once when a command starts.
_is_quiet = False
_language = "en"


def be_quiet(quiet: bool) -> None:
    """Let ``notice`` print nothing from now on, or print again."""
    global _is_quiet
    _is_quiet = quiet


def speak(language: str) -> None:
    """Let ``said`` speak the language of this code from now on."""
    global _language
    _language = language


def said(line: str) -> str:
    """Return an English line for the user in the language spoken."""
    if _language == "en":
        return line
    from report.language import Language

    return Language(_language).notice(line)


def is_quiet() -> bool:
    """Return whether only results and errors are wanted."""
    return _is_quiet


def notice(line: str) -> None:
    """Print one line to standard error unless quiet."""
    if not _is_quiet:
        complaint(line)


def complaint(line: str) -> None:
    """Print one line to standard error in the language spoken; nobody may be listening.

    On a terminal it is wrapped; a program that reads it gets it as one line.
    """
    text = said(" ".join(line.split())).translate(_CONTROLS)
    if sys.stderr.isatty():
        from report.text import wrapped

        text = "\n".join(wrapped(text, _WIDTH))
    with contextlib.suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


def write(text: str) -> None:
    """Print a result to standard output; a reader that went away, as ``head`` does, is no error.

    Raises ``WrongUseError`` where standard output cannot be written for another reason.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # What is still in the buffer would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise WrongUseError(f"standard output cannot be written ({reason_of(error)})") from None


def write_to(destination: str, text: str) -> None:
    """Write a result to a file, or to standard output for ``-``; raises ``WrongUseError``."""
    if destination == STANDARD_OUTPUT:
        _refuse_closed_output()
        write(text)
        return
    path = Path(destination)
    _refuse_evidence(path)
    try:
        if path.exists() and not path.is_file():  # a device or a pipe
            path.write_bytes(encoded(text))
            return
    except OSError as error:
        raise WrongUseError(f"{path}: cannot be written ({reason_of(error)})") from None
    replace_file(path, text)


def check_writable(destination: str, instead: str = _INSTEAD) -> None:
    """Refuse, before the long work, where ``write_to`` would fail; raises ``WrongUseError``.

    ``instead`` tells who would overwrite a capture what to do.
    """
    if destination == STANDARD_OUTPUT:
        _refuse_closed_output()
        return
    path = Path(destination)
    _refuse_evidence(path, instead)
    try:
        if not _is_writable(path):
            raise PermissionError(0, "no such folder, or not yours to write")
    except OSError as error:
        raise WrongUseError(f"{path}: cannot be written ({reason_of(error)})") from None


def _refuse_closed_output() -> None:
    if was_closed("stdout"):
        raise WrongUseError("standard output cannot be written (it was closed)")


def refuse_inputs(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse a result that would replace a file it is made of; raises ``WrongUseError``."""
    if any(_is_same_file(path, each) for each in inputs):
        raise WrongUseError(f"{path}: is an input, not to be overwritten; name another file")


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.is_file() and one.samefile(other)
    except OSError:  # reading or writing it will say why
        return False


def _is_writable(path: Path) -> bool:
    """Return whether a file can be replaced or made there, or a device written."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():
        return os.access(path, os.W_OK)
    target = Path(os.path.realpath(path))
    if target.exists() and not os.access(target, os.W_OK):
        return False
    return target.parent.is_dir() and os.access(target.parent, os.W_OK)


def make_folder(folder: Path) -> None:
    """Make a folder for results; raises ``WrongUseError``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUseError(f"{folder}: cannot be made ({reason_of(error)})") from None


def replace_file(path: Path, text: str) -> None:
    """Write a whole file at once; raises ``WrongUseError``."""
    with replacing(path) as part:
        part.write_bytes(encoded(text))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which then takes the place of the file, with its permissions.

    What fails or is stopped leaves the file as it was. Raises ``WrongUseError`` for what the system
    refuses.
    """
    target = Path(os.path.realpath(path))  # of a link to itself too
    part = target.with_name(f"{target.name}.{os.getpid()}.part")  # nobody else's
    try:
        if target.exists():
            target.open("ab").close()  # fails if the file may not be written
        yield part
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except OSError as error:
        raise WrongUseError(f"{path}: cannot be written ({reason_of(error)})") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def encoded(text: str) -> bytes:
    r"""Return UTF-8; bytes of a file name that are none become ``\udc80``, as JSON writes them."""
    return text.encode("utf-8", "backslashreplace")


def reason_of(error: OSError) -> str:
    """Return why a file could not be used, in the system's words."""
    return (error.strerror or str(error)).lower()


@contextlib.contextmanager
def working(text: str) -> Iterator[None]:
    """Show on a terminal that something takes time."""
    if _is_quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def _refuse_evidence(path: Path, instead: str = _INSTEAD) -> None:
    """Guard against ``--json CAPTURE``, where the option takes what is analysed for its file."""
    from capture.discover import head_of, looks_like_capture

    if looks_like_capture(head_of(path)):
        raise WrongUseError(f"{path}: is a capture, not to be overwritten; {instead}")
    if _LOG in path.name and _is_log(path):
        raise WrongUseError(f"{path}: is a Zeek log, not to be overwritten; {instead}")


def _is_log(path: Path) -> bool:
    from capture.zeek_folder import find_log_files

    with contextlib.suppress(OSError):  # writing it will say why
        logs = chain.from_iterable(find_log_files(path.parent).values())
        return path.is_file() and any(path.samefile(each) for each in logs)
    return False
