from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from knowledge.domain_set import DomainSet

DOMAINS = some.sets(some.from_regex(r"[a-z0-9-]{1,20}\.[a-z]{2,6}", fullmatch=True), max_size=50)


@given(DOMAINS)
def test_it_holds_what_it_was_made_of(domains: set[str]) -> None:
    found = DomainSet.of(domains)
    assert len(found) == len(domains)
    assert all(domain in found for domain in domains)


def test_other_names_are_not_in_it() -> None:
    found = DomainSet.of(f"host{number}.example" for number in range(1000))
    others = [f"other{number}.example" for number in range(1000)]
    assert [name for name in others if name in found] == []


def test_the_order_does_not_matter() -> None:
    assert DomainSet.of(["b.example", "a.example"]) == DomainSet.of(["a.example", "b.example"])


def test_an_empty_set_holds_nothing() -> None:
    assert "a.example" not in DomainSet.of([])


def test_it_comes_back_as_saved(tmp_path: Path) -> None:
    found = DomainSet.of(f"host{number}.example" for number in range(1000))
    found.save(tmp_path / "domains.gz")
    assert DomainSet.load(tmp_path / "domains.gz") == found
