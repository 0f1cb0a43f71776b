import pytest

from fuzz.mutation import INTERESTING, Mutator

SEEDS = [(b"\x01" + bytes(range(64)), b"\x00second part"), (b"another seed",)]


def test_the_same_number_gives_the_same_input() -> None:
    first, again = Mutator(SEEDS), Mutator(SEEDS)
    assert [first.mutated(number) for number in range(200)] == [
        again.mutated(number) for number in range(200)
    ]


def test_an_input_does_not_depend_on_those_before_it() -> None:
    mutator = Mutator(SEEDS)
    later = mutator.mutated(77)
    mutator.mutated(5)
    assert mutator.mutated(77) == later


def test_inputs_differ_from_each_other_and_from_the_seeds() -> None:
    inputs = {Mutator(SEEDS).mutated(number) for number in range(500)}
    assert len(inputs) > 400
    assert len(inputs - set(SEEDS)) > 400


def test_no_part_gets_too_long() -> None:
    mutator = Mutator(SEEDS, longest=100)
    assert max(len(part) for n in range(500) for part in mutator.mutated(n)) <= 101


@pytest.mark.parametrize("token", [b"TOKEN", b"\xff" * 20])
def test_tokens_are_put_in(token: bytes) -> None:
    mutator = Mutator(SEEDS, (token,))
    assert sum(token in b"".join(mutator.mutated(number)) for number in range(500)) > 20


def test_empty_seeds_are_no_obstacle() -> None:
    mutator = Mutator([(b"",), (b"", b"")])
    assert all(isinstance(mutator.mutated(number), tuple) for number in range(300))


def test_interesting_numbers_lie_around_the_limits_of_fields() -> None:
    assert {0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**31 - 1, 2**31} <= set(INTERESTING)
