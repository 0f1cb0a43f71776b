"""Every target runs, over the sample captures alone; what it finds would be a defect."""

from pathlib import Path

import pytest

from fuzz.loop import first_number, work
from fuzz.seeds.corpus import Corpus
from fuzz.target import Target
from fuzz.targets import TARGETS

INPUTS = 12


@pytest.fixture(scope="module")
def corpus(pcaps: Path) -> Corpus:
    return Corpus([pcaps])


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_few_inputs_do_no_harm(target: Target, corpus: Corpus, tmp_path: Path) -> None:
    seeds = target.seeds(corpus)
    first = first_number(1, target)
    account = work(target, seeds, range(first, first + INPUTS), tmp_path, lambda _: None)
    assert account.inputs == INPUTS
    assert not account.findings


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_seeds_themselves_are_accepted(target: Target, corpus: Corpus, tmp_path: Path) -> None:
    seeds = target.seeds(corpus)
    assert seeds
    target.run(seeds[: target.batch], tmp_path)


def test_names_are_distinct() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)
