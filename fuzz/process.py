"""A target in a process of its own, so that one that dies is a finding and not the end."""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import tempfile
from collections.abc import Sequence
from ctypes import c_int64
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any, Final

from fuzz.finding import Finding
from fuzz.loop import MOST_MEMORY, Account, first_number, work
from fuzz.mutation import Mutator
from fuzz.seeds.corpus import Corpus
from fuzz.target import Target
from fuzz.targets import TARGETS

# Address space beyond what the process has when it begins: a runaway input fails before the
# machine does. Threads that native libraries start reserve much of it.
_ADDRESS_SPACE: Final = 6 * MOST_MEMORY
_MOST_DEATHS: Final = 5
# A file system in memory, where there is one: many targets write a file for each input.
_SCRATCH: Final = next(filter(os.path.isdir, ("/dev/shm",)), None)  # noqa: S108 - a folder in it


def survey(target: Target, folders: Sequence[Path], inputs: int, seed: int) -> Account:
    """Return what a target went through, over as many processes as it takes."""
    first = first_number(seed, target)
    total = Account()
    done = deaths = 0
    while done < inputs and deaths < _MOST_DEATHS:
        account, begun, code = _in_process(target, folders, first, range(done, inputs))
        if account is not None:
            _add(total, account)
            break
        deaths += 1
        total.findings.append(_death(target, folders, first + begun, code))
        total.inputs += begun - done + target.batch
        done = begun + target.batch
    return total


def _in_process(
    target: Target, folders: Sequence[Path], first: int, numbers: range
) -> tuple[Account | None, int, int | None]:
    """Return the account, the last input begun and the exit code; no account if it died."""
    os.environ["POLARS_MAX_THREADS"] = "1"  # tables are tiny, threads cost more than they save
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    begun = RawValue(c_int64, numbers.start)
    process = context.Process(
        target=_child, args=(target.name, folders, first, numbers, begun, sender)
    )
    process.start()
    sender.close()
    try:
        account: Account | None = receiver.recv()
    except EOFError:
        account = None
    process.join()
    return account, int(begun.value), process.exitcode


def _child(
    name: str,
    folders: Sequence[Path],
    first: int,
    numbers: range,
    begun: Any,
    sender: Connection,
) -> None:
    logging.disable()
    target = next(each for each in TARGETS if each.name == name)
    seeds = target.seeds(Corpus(folders))

    def begins(number: int) -> None:
        begun.value = number - first

    own = range(first + numbers.start, first + numbers.stop)
    with tempfile.TemporaryDirectory(dir=_SCRATCH) as scratch:
        _limit_memory()
        sender.send(work(target, seeds, own, Path(scratch), begins))


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + _ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _death(target: Target, folders: Sequence[Path], number: int, code: int | None) -> Finding:
    mutator = Mutator(target.seeds(Corpus(folders)), target.tokens, target.longest)
    inputs = [mutator.mutated(number + by) for by in range(target.batch)]
    parts = inputs[0] if len(inputs) == 1 else tuple(map(b"".join, inputs))
    return Finding(target.name, number, f"the process died with exit code {code}", parts)


def _add(total: Account, part: Account) -> None:
    total.inputs += part.inputs
    total.runs += part.runs
    total.rejected += part.rejected
    total.seconds += part.seconds
    total.slowest = max(total.slowest, part.slowest)
    total.memory = max(total.memory, part.memory)
    total.findings += part.findings
    total.repeated += part.repeated
