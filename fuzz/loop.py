"""The loop: inputs one after another, each watched for errors, time and memory."""

from __future__ import annotations

import faulthandler
import resource
import signal
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from fuzz.finding import Finding, key_of, minimised, place_of
from fuzz.mutation import Mutator
from fuzz.target import Input, Target

MOST_SECONDS: Final = 10
MOST_MEMORY: Final = 1 << 30
_RINGS_AGAIN: Final = 0.5
_HANGING_SECONDS: Final = 300
_KIBIBYTE: Final = 1024


class TooSlowError(BaseException):
    """An input took more processor time than ``MOST_SECONDS``; no parser may catch it."""


class TooLargeError(BaseException):
    """The memory of the process grew by more than ``MOST_MEMORY``."""


@dataclass
class Account:
    """What a target went through."""

    inputs: int = 0
    runs: int = 0
    rejected: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    memory: int = 0
    findings: list[Finding] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)


def first_number(seed: int, target: Target) -> int:
    """Return the number of a target's first input; those of other seeds are far away."""
    return (seed << 64) + (zlib.crc32(target.name.encode()) << 32)


def work(
    target: Target,
    seeds: Sequence[Input],
    numbers: range,
    scratch: Path,
    begins: Callable[[int], None],
) -> Account:
    """Feed the inputs of these numbers to the target; ``begins`` is told the first of each run."""
    mutator = Mutator(seeds, target.tokens, target.longest)
    account, start, before = Account(), time.process_time(), peak_memory()
    with _alarm():
        for first in range(numbers.start, numbers.stop, target.batch):
            begins(first)
            own = range(first, min(first + target.batch, numbers.stop))
            inputs = [mutator.mutated(number) for number in own]
            _run(target, inputs, first, scratch, account)
    account.seconds = time.process_time() - start
    account.memory = peak_memory() - before
    return account


def _run(
    target: Target, inputs: Sequence[Input], first: int, scratch: Path, account: Account
) -> None:
    account.inputs += len(inputs)
    account.runs += 1
    start = time.process_time()
    what = outcome(target, inputs, scratch)
    account.slowest = max(account.slowest, time.process_time() - start)
    if what is None:
        return
    if what == "":
        account.rejected += 1
        return
    key = key_of(what)
    account.repeated[key] += 1
    if account.repeated[key] == 1:
        account.findings.append(_blamed(target, inputs, first, what, scratch))


def outcome(target: Target, inputs: Sequence[Input], scratch: Path) -> str | None:
    """Run inputs; return None if all went well, "" for a documented error, else what is wrong."""
    before = peak_memory()
    try:
        signal.setitimer(signal.ITIMER_REAL, _HANGING_SECONDS)
        # It rings again: an exception in a finalizer or a callback is lost.
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS, _RINGS_AGAIN)
        target.run(inputs, scratch)
        if peak_memory() - before > MOST_MEMORY:
            raise TooLargeError(f"grew by {(peak_memory() - before) >> 20} MiB")
    except target.expected:
        return ""
    except (Exception, TooSlowError, TooLargeError) as error:  # noqa: BLE001 - to report whatever it is
        return place_of(error)
    except BaseException as error:  # a panic of native code, which no handler expects
        if type(error).__name__ != "PanicException":
            raise
        return place_of(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def _blamed(
    target: Target, inputs: Sequence[Input], first: int, what: str, scratch: Path
) -> Finding:
    """Return the finding with the one input that does it alone, if there is one, made small."""
    key = key_of(what)

    def fails(parts: Input) -> bool:
        again = outcome(target, [parts], scratch)
        return bool(again) and key_of(again or "") == key

    for at, parts in enumerate(inputs):
        if fails(parts):
            small = parts if "TooSlow" in key or "TooLarge" in key else minimised(parts, fails)
            return Finding(target.name, first + at, what, small)
    return Finding(target.name, first, f"{what} (only together)", tuple(map(b"".join, inputs)))


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(_: int, __: FrameType | None) -> None:
        raise TooSlowError(f"took more than {MOST_SECONDS} s of processor time")

    before = signal.signal(signal.SIGPROF, ring)
    # Where native code hangs no handler is called: the process ends, and says where it was.
    faulthandler.register(signal.SIGALRM, chain=True)
    try:
        yield
    finally:
        faulthandler.unregister(signal.SIGALRM)
        signal.signal(signal.SIGPROF, before)
