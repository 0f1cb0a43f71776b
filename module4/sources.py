"""What the good set and the bad set are made of, as options of a command line."""

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
        """Return what a command line with ``add_arguments`` and a manifest asks for."""
        return cls(
            arguments.update_goodset,
            arguments.update_badset,
            arguments.good or (),
            arguments.bad or (),
            arguments.manifest,
            arguments.servers,
            arguments.interface,
            arguments.packets or PACKETS,
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that no other module's training has."""
    group = parser.add_argument_group("module4: the good set and the bad set of conversations")
    for name, captures in (("good", "harmless"), ("bad", "malicious")):
        group.add_argument(
            f"--update-{name}set",
            action="store_true",
            help=f"make the {name} set again, from --{name}, --manifest or --interface",
        )
        group.add_argument(
            f"--{name}",
            nargs="+",
            type=Path,
            metavar="PATH",
            help=f"captures, or folders of them, of which every conversation is {captures}",
        )
    group.add_argument(
        "--interface", metavar="IFACE", help="live traffic of this machine (Linux, as root)"
    )
    group.add_argument(
        "--packets",
        type=_positive,
        metavar="N",
        help=f"so many packets of live traffic ({PACKETS:,} unless given)",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above zero")
    return int(text)
