"""Progress and warnings of long commands, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def tracked(items: Sequence[Item], description: str) -> Iterator[Item]:
    """Yield the items behind a progress bar, which only a terminal shows."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(items, description, console=console, disable=not console.is_terminal)


def warn(message: str) -> None:
    """Tell the user what was left out and why, in one line."""
    print(f"warning: {message}", file=sys.stderr)
