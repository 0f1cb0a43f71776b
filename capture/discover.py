"""Finds what can be read below the paths that a user gives: captures and folders of Zeek logs."""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import zstandard

from capture.builtin.files import pcap, pcapng
from capture.errors import UnreadableInputError
from capture.zeek_folder import holds_logs

Kind = Literal["capture", "logs"]

# A file with such a name is meant to be a capture: a broken one deserves an error, not silence.
_CAPTURE_SUFFIXES: Final = (".pcap", ".pcapng", ".cap", ".ntar")
_GZIP: Final = b"\x1f\x8b"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_HEAD: Final = 1 << 10
# Bytes of a name: with what is added to it, a file system's 255 are enough for a file.
_LONGEST_NAME: Final = 200
_DIGITS: Final = 16


class Input(NamedTuple):
    """A capture file or a folder of Zeek logs.

    ``name`` is the path below the one that the user gave, ``/`` written as ``__``, a long one cut
    off and with a digest of the whole; no two inputs that were found together have the same.
    """

    path: Path
    kind: Kind
    name: str


def find_inputs(paths: Sequence[Path], *, recursive: bool = True) -> list[Input]:
    """Return all inputs at and below the paths, each file once, in the order of paths and names.

    A path that is no folder is taken for a capture, whatever it holds, so that reading it tells
    what is wrong with it. In folders captures are told by content or by name. Folders whose names
    begin with a dot and virtual environments are passed over. What is found by a link too is named
    after itself.
    """
    found = [(root, path, kind) for root in paths for path, kind in _below(root, recursive)]
    own = {_place(path) for _, path, _ in found if not _is_link(path)}
    inputs: dict[Path, Input] = {}
    names: set[str] = set()
    for root, path, kind in found:
        place = _place(path)
        if place not in inputs and not (place in own and _is_link(path)):
            name = _unique(_name(path, root), names)
            names.add(name)
            inputs[place] = Input(path, kind, name)
    return list(inputs.values())


def refuse_pipes(inputs: Sequence[Input]) -> None:
    """Raise ``UnreadableInputError`` for what can be read only once, where more is needed."""
    for source in inputs:
        if _is_pipe_or_device(source.path):
            raise UnreadableInputError(
                f"{source.path}: a pipe or device, which can be read only once; "
                "write it to a file first"
            )


def _is_pipe_or_device(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.stat().st_mode) and not path.is_dir()
    except OSError:  # opening it will say why
        return False


def _place(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link to itself; opening it will say so
        return path.absolute()


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError:  # in a folder that may not be entered
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # in a folder that may not be entered
        return False


def _below(root: Path, recursive: bool) -> Iterator[tuple[Path, Kind]]:
    if not _is_folder(root):
        yield root, "capture"
        return
    try:
        if holds_logs(root):
            yield root, "logs"
        entries = sorted(root.iterdir())
    except OSError:
        yield root, "logs"  # reading it will say why it cannot be read
        return
    for entry in entries:
        if _is_folder(entry):
            if recursive and _is_searched(entry):
                yield from _below(entry, recursive)
        elif _is_capture(entry):
            yield entry, "capture"


def _is_searched(folder: Path) -> bool:
    try:
        is_environment = (folder / "pyvenv.cfg").exists()
    except OSError:  # in a folder that may not be entered: searching it will say so
        is_environment = False
    return not (folder.name.startswith(".") or folder.is_symlink() or is_environment)


def _is_capture(path: Path) -> bool:
    if _is_pipe_or_device(path):  # opening it might wait for ever
        return False
    name = path.name.lower().removesuffix(".gz").removesuffix(".zst")
    return name.endswith(_CAPTURE_SUFFIXES) or looks_like_capture(head_of(path))


def head_of(path: Path) -> bytes:
    """Return the first bytes of a regular file, none if it cannot be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""


def looks_like_capture(head: bytes) -> bool:
    """Return whether a file that begins so is a pcap or pcapng capture, compressed or not."""
    plain = _decompressed(head)
    return pcap.parse_file_header(plain) is not None or pcapng.byte_order(plain) is not None


def _decompressed(head: bytes) -> bytes:
    try:
        if head.startswith(_GZIP):
            return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
        if head.startswith(_ZSTANDARD):
            return zstandard.ZstdDecompressor().decompressobj().decompress(head)
    except (zlib.error, zstandard.ZstdError):
        return b""
    return head


def _name(path: Path, root: Path) -> str:
    below = path.relative_to(root).parts
    return _shortened("__".join(below) or root.resolve().name)


def _shortened(name: str) -> str:
    """Return a name that a file can have, always the same one for the same name."""
    content = os.fsencode(name)
    if len(content) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
    kept = content[: _LONGEST_NAME - _DIGITS - 1].decode("utf-8", "ignore")
    return f"{kept}-{digest}"


def _unique(name: str, taken: set[str]) -> str:
    number = 1
    unique = name
    while unique in taken:
        number += 1
        unique = f"{name}-{number}"
    return unique
