"""Inputs that are nearly right: seeds with a few changes of the kinds that break parsers.

The same generator state gives the same input, on every machine.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from fuzz.target import Input

_MOST_CHANGES: Final = 6
_MOST_REPETITIONS: Final = 12  # doublings
_LONGEST_INSERTION: Final = 32
_FORMATS: Final = (">B", ">H", "<H", ">I", "<I", ">Q", "<Q")
_LIMITS: Final = (7, 8, 15, 16, 24, 31, 32, 63)
# Numbers at which lengths and counters go wrong.
INTERESTING: Final = tuple(
    sorted({0, 1, 2, 3, 4} | {(1 << bits) + by for bits in _LIMITS for by in (-1, 0, 1)})
)

Change = Callable[["Mutator", bytes], bytes]


class Mutator:
    """Makes inputs from seeds; ``tokens`` are put in now and then, none gets over ``longest``."""

    def __init__(
        self, seeds: Sequence[Input], tokens: Sequence[bytes] = (), longest: int = 1 << 16
    ) -> None:
        self._seeds = seeds
        self._tokens = tokens
        self._longest = longest
        self._random = Random()  # noqa: S311 - to be repeatable, not secret

    def mutated(self, number: int) -> Input:
        """Return the input of that number."""
        random = self._random
        random.seed(number)
        parts = list(self._seeds[random.randrange(len(self._seeds))])
        for _ in range(1 + int(random.random() ** 2 * _MOST_CHANGES)):
            if len(parts) > 1 and random.random() < 0.25:
                parts = self._rearranged(parts)
            else:
                at = random.randrange(len(parts))
                parts[at] = self._changed(parts[at])
        return tuple(parts)

    def _changed(self, data: bytes) -> bytes:
        change = _CHANGES[self._random.randrange(len(_CHANGES))]
        return change(self, data)[: self._longest]

    def _rearranged(self, parts: list[bytes]) -> list[bytes]:
        """Drop, repeat, exchange, cut in two or borrow parts."""
        random = self._random
        at, other = random.randrange(len(parts)), random.randrange(len(parts))
        kind = random.randrange(5)
        if kind == 0:
            return parts[:at] + parts[at + 1 :]
        if kind == 1:
            times = 1 << random.randrange(5)
            return [*parts[:at], *[parts[at]] * times, *parts[at:]]
        if kind == 2:
            parts[at], parts[other] = parts[other], parts[at]
            return parts
        if kind == 3:
            # The first byte of a part tells what it is; both halves keep it.
            cut = random.randrange(len(parts[at]) + 1)
            return [*parts[:at], parts[at][:cut], parts[at][:1] + parts[at][cut:], *parts[at + 1 :]]
        return [*parts[:at], *self._stranger()[:at], *parts[other:]]

    def _stranger(self) -> Input:
        return self._seeds[self._random.randrange(len(self._seeds))]

    def _range(self, data: bytes) -> tuple[int, int]:
        begin = self._random.randrange(len(data) + 1)
        size = int(self._random.random() ** 3 * (len(data) - begin + 1))
        return begin, begin + max(size, min(1, len(data) - begin))

    def _flip_bit(self, data: bytes) -> bytes:
        if not data:
            return data
        at = self._random.randrange(len(data))
        return data[:at] + bytes((data[at] ^ 1 << self._random.randrange(8),)) + data[at + 1 :]

    def _random_octets(self, data: bytes) -> bytes:
        at, end = self._range(data)
        end = min(end, at + _LONGEST_INSERTION)
        return data[:at] + self._random.randbytes(end - at) + data[end:]

    def _interesting_number(self, data: bytes) -> bytes:
        form = _FORMATS[self._random.randrange(len(_FORMATS))]
        size = struct.calcsize(form)
        number = INTERESTING[self._random.randrange(len(INTERESTING))]
        at = self._random.randrange(max(len(data) - size + 1, 1))
        packed = struct.pack(form, number & ((1 << 8 * size) - 1))
        return data[:at] + packed + data[at + size :]

    def _length_field(self, data: bytes) -> bytes:
        """Change a number that says how much follows, if one can be found; else any number."""
        random = self._random
        start = random.randrange(len(data) + 1)
        for at in range(start, min(start + 64, len(data) - 1)):
            for form, size in ((">H", 2), ("<H", 2), (">B", 1), (">I", 4), ("<I", 4)):
                if at + size > len(data):
                    continue
                value = struct.unpack_from(form, data, at)[0]
                rest = len(data) - at - size
                if value and value <= rest and (value * 4 >= rest or random.random() < 0.02):
                    return data[:at] + self._other_length(value, form, size) + data[at + size :]
        return self._interesting_number(data)

    def _other_length(self, value: int, form: str, size: int) -> bytes:
        choices = (value - 1, value + 1, value * 2, value // 2, 0, (1 << 8 * size) - 1, value + 256)
        new = choices[self._random.randrange(len(choices))]
        return struct.pack(form, new & ((1 << 8 * size) - 1))

    def _truncate(self, data: bytes) -> bytes:
        return data[: self._random.randrange(len(data) + 1)]

    def _delete(self, data: bytes) -> bytes:
        begin, end = self._range(data)
        return data[:begin] + data[end:]

    def _repeat(self, data: bytes) -> bytes:
        begin, end = self._range(data)
        times = 1 << int(self._random.random() ** 2 * _MOST_REPETITIONS)
        times = min(times, self._longest // max(end - begin, 1))
        return data[:begin] + data[begin:end] * times + data[begin:]

    def _move(self, data: bytes) -> bytes:
        begin, end = self._range(data)
        rest = data[:begin] + data[end:]
        at = self._random.randrange(len(rest) + 1)
        return rest[:at] + data[begin:end] + rest[at:]

    def _splice(self, data: bytes) -> bytes:
        """Put a stretch of another seed in, or in the place of as much."""
        stranger = self._stranger()
        source = stranger[self._random.randrange(len(stranger))]
        begin, end = self._range(source)
        at = self._random.randrange(len(data) + 1)
        behind = at + (end - begin) * self._random.randrange(2)
        return data[:at] + source[begin:end] + data[behind:]

    def _insert(self, data: bytes) -> bytes:
        """Put in a token of the format, or random bytes."""
        at = self._random.randrange(len(data) + 1)
        if self._tokens and self._random.random() < 0.8:
            piece = self._tokens[self._random.randrange(len(self._tokens))]
        else:
            piece = self._random.randbytes(1 + self._random.randrange(_LONGEST_INSERTION))
        return data[:at] + piece + data[at:]


_CHANGES: Final[tuple[Change, ...]] = (
    Mutator._flip_bit,
    Mutator._flip_bit,
    Mutator._random_octets,
    Mutator._interesting_number,
    Mutator._interesting_number,
    Mutator._length_field,
    Mutator._length_field,
    Mutator._truncate,
    Mutator._delete,
    Mutator._repeat,
    Mutator._move,
    Mutator._splice,
    Mutator._insert,
)
