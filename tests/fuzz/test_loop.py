from collections.abc import Sequence
from pathlib import Path

import pytest

from fuzz.loop import first_number, outcome, work
from fuzz.target import Input, Target, buffers, one

SEEDS = buffers([b"a seed with a Z in it"])


def no_z(data: bytes) -> None:
    if b"Z" in data:
        raise ValueError("Z")
    if b"!" in data:
        raise KeyError("!")


def target(expected: tuple[type[Exception], ...], batch: int = 1) -> Target:
    return Target("example", lambda _: SEEDS, one(no_z), expected, batch, tokens=(b"!",))


@pytest.mark.parametrize("batch", [1, 8])
def test_an_undocumented_error_is_found_and_made_small(tmp_path: Path, batch: int) -> None:
    account = work(target((ValueError,), batch), SEEDS, range(2000), tmp_path, lambda _: None)
    assert account.inputs == 2000
    assert account.runs == 2000 // batch
    assert [finding.what.split(" ")[0] for finding in account.findings] == ["KeyError"]
    assert account.findings[0].parts == (b"!",)
    assert account.rejected > 0


def test_documented_errors_are_counted_only(tmp_path: Path) -> None:
    account = work(target((ValueError, KeyError)), SEEDS, range(300), tmp_path, lambda _: None)
    assert not account.findings
    assert 0 < account.rejected < 300


def test_the_same_error_is_reported_once_and_counted(tmp_path: Path) -> None:
    account = work(target((KeyError,)), SEEDS, range(300), tmp_path, lambda _: None)
    assert len(account.findings) == 1
    assert account.repeated.total() > 100


def test_runs_are_announced_before_they_begin(tmp_path: Path) -> None:
    begun: list[int] = []
    work(target((ValueError, KeyError), 10), SEEDS, range(100, 130), tmp_path, begun.append)
    assert begun == [100, 110, 120]


def test_too_much_time_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: Sequence[Input], __: Path) -> None:
        while True:
            pass

    monkeypatch.setattr("fuzz.loop.MOST_SECONDS", 0.01)
    found = work(
        Target("slow", lambda _: SEEDS, endless), SEEDS, range(1), tmp_path, lambda _: None
    )
    assert found.findings[0].what.startswith("TooSlowError")


def test_much_memory_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.loop.MOST_MEMORY", 1 << 20)
    held: list[bytes] = []
    large = Target("large", lambda _: SEEDS, lambda *_: held.append(b"x" * (256 << 20)))
    assert (outcome(large, SEEDS, tmp_path) or "").startswith("TooLargeError")


def test_other_seeds_and_targets_have_other_numbers() -> None:
    one_target, other = target(()), Target("other", lambda _: SEEDS, one(no_z))
    numbers = {first_number(seed, each) for seed in (0, 1) for each in (one_target, other)}
    assert len(numbers) == 4
    assert all(abs(a - b) > 10**6 for a in numbers for b in numbers if a != b)
