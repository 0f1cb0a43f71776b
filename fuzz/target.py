"""What is fuzzed: a parser, what to begin from, and the errors that it documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzz.seeds.corpus import Corpus

Input = tuple[bytes, ...]
"""One input in parts: a buffer, or the messages of a conversation one after another."""


@dataclass(frozen=True)
class Target:
    """A parser under test.

    ``seeds`` takes the corpus and gives inputs to mutate; ``run`` takes ``batch`` inputs and a
    scratch folder, and may raise ``expected`` only. ``tokens`` are byte strings that mean something
    to the parser. Where a call costs much by itself many inputs go into one (``batch``).
    """

    name: str
    seeds: Callable[[Corpus], Sequence[Input]]
    run: Callable[[Sequence[Input], Path], None]
    expected: tuple[type[Exception], ...] = ()
    batch: int = 1
    tokens: tuple[bytes, ...] = ()
    longest: int = 1 << 16


def one(parse: Callable[[bytes], object]) -> Callable[[Sequence[Input], Path], None]:
    """Return a ``run`` for a parser that takes one buffer."""

    def run(inputs: Sequence[Input], _: Path) -> None:
        for parts in inputs:
            parse(b"".join(parts))

    return run


def buffers(seeds: Sequence[bytes]) -> list[Input]:
    """Return inputs of one part each."""
    return [(seed,) for seed in seeds]
