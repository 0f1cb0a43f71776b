"""What the good set and the bad set are made of."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

PACKETS: Final = 10_000


@dataclass(frozen=True)
class Sources:
    """Which sets to make again, and of what.

    That is captures, a manifest of labelled captures (``servers`` labels their servers), or so many
    ``packets`` of an ``interface`` of this machine.
    """

    update_good: bool = False
    update_bad: bool = False
    good: Sequence[Path] = ()
    bad: Sequence[Path] = ()
    manifest: Path | None = None
    servers: Path | None = None
    interface: str | None = None
    packets: int = PACKETS

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Self:
        """Return what the options of a command line ask for."""
        return cls(
            arguments.update_goodset,
            arguments.update_badset,
            arguments.good or (),
            arguments.bad or (),
            arguments.manifest,
            arguments.servers,
            arguments.interface,
            arguments.packets,
        )
