"""Lets Ctrl-C end a wait."""

from __future__ import annotations

import signal


def end_waits_when_interrupted() -> None:
    """Let Ctrl-C end whatever this process waits for, as it does in Python.

    It holds for polars too, if that is loaded, which otherwise has the system go on waiting.
    """
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)
