"""What the fuzzer found: an input that does harm, made as small as it can be."""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from fuzz.target import Input

_REPOSITORY: Final = Path(__file__).resolve().parent.parent
_SECONDS_TO_MINIMISE: Final = 20.0
_LENGTH: Final = 4
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Finding:
    """``what`` names error and place, the same for every input that fails there."""

    target: str
    number: int
    what: str
    parts: Input


def place_of(error: BaseException) -> str:
    """Return the error and the innermost line of the project that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if Path(frame.filename).is_relative_to(_REPOSITORY)
        and ".venv" not in frame.filename
        and Path(frame.filename).parent.parent != _REPOSITORY / "fuzz"
    ]
    name = type(error).__name__
    if not own:
        return f"{name}: {str(error)[:80]}"
    path = Path(own[-1].filename).relative_to(_REPOSITORY)
    return f"{name} at {path}:{own[-1].lineno}: {' '.join(str(error).split())[:80]}"


def key_of(what: str) -> str:
    """Return the part of ``Finding.what`` by which findings are the same."""
    return what.split(": ")[0]


def minimised(parts: Input, still_fails: Callable[[Input], bool]) -> Input:
    """Return a smaller input that still fails: first fewer parts, then fewer bytes in each."""
    deadline = time.monotonic() + _SECONDS_TO_MINIMISE
    kept = _without_items(list(parts), lambda left: still_fails(tuple(left)), deadline)
    for at in range(len(kept)):
        fails = partial(_fails_with, still_fails, kept, at)
        kept[at] = bytes(_without_items(list(kept[at]), fails, deadline))
    return tuple(kept)


def _fails_with(
    still_fails: Callable[[Input], bool], parts: list[bytes], at: int, octets: list[int]
) -> bool:
    return still_fails((*parts[:at], bytes(octets), *parts[at + 1 :]))


def _without_items(
    items: list[_Item], fails: Callable[[list[_Item]], bool], deadline: float
) -> list[_Item]:
    """Remove stretches as long as what is left fails, from halves down to single items."""
    size = max(len(items) // 2, 1)
    while True:
        at = 0
        while at < len(items) and time.monotonic() < deadline:
            left = items[:at] + items[at + size :]
            if left and fails(left):
                items = left
            else:
                at += size
        if size == 1:
            return items
        size //= 2


def save(finding: Finding, folder: Path) -> Path:
    """Write the input, and beside it what it does; return where the input is."""
    folder.mkdir(parents=True, exist_ok=True)
    content = packed(finding.parts)
    name = f"{finding.target}-{hashlib.sha256(content).hexdigest()[:12]}"
    path = folder / f"{name}.input"
    path.write_bytes(content)
    (folder / f"{name}.txt").write_text(f"{finding.what}\n", encoding="utf-8")
    return path


def packed(parts: Input) -> bytes:
    """Return an input as a file holds it: each part behind its length."""
    return b"".join(len(part).to_bytes(_LENGTH, "big") + part for part in parts)


def unpacked(content: bytes) -> Input:
    """Return the input of a file that ``save`` wrote."""
    parts = []
    position = 0
    while position < len(content):
        start = position + _LENGTH
        position = start + int.from_bytes(content[position:start], "big")
        parts.append(content[start:position])
    return tuple(parts)
