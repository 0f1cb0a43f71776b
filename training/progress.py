"""Progress and warnings of long commands, on standard error, and their figures."""

from __future__ import annotations

import contextlib
import os
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
    with contextlib.suppress(BrokenPipeError):
        print(f"warning: {message}", file=sys.stderr)


def tell(figures: str) -> None:
    """Print a line of figures to standard output.

    They are in the cards too, so that training does not end where nobody reads them, as behind
    ``head``, or where they cannot be written.
    """
    try:
        print(figures, flush=True)
    except OSError as error:
        # What is still in the buffer would fail once more when Python ends.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            reason = (error.strerror or "unwritable").lower()
            warn(f"figures cannot be written to standard output ({reason})")
