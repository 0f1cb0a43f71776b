import json
import re

import pytest

from report.html.lazy import PARTS, packed, packs, unpacked

Pieces = list[int | str]


def parts_of(elements: str) -> list[str]:
    """Return what the script of a page makes of the packs."""
    found = re.findall(r'id="pack-(\w+)">([^<]+)</script>', elements)
    names = [name for name, _ in found]
    assert names == ["shared", *map(str, range(len(names) - 1))]
    shared: list[str] = json.loads(unpacked(found[0][1]))
    lists: list[list[Pieces]] = [json.loads(unpacked(letters)) for _, letters in found[1:]]
    assert all(len(each) == PARTS for each in lists[:-1])
    return ["".join(_text(p, shared) for p in part) for each in lists for part in each]


def _text(piece: int | str, shared: list[str]) -> str:
    return shared[piece] if isinstance(piece, int) else piece


def test_parts_can_be_unpacked_by_their_number() -> None:
    parts = [f"<p>例 {number}</p>" for number in range(2 * PARTS + 1)]
    assert parts_of(packs(iter(parts))) == parts


def test_what_parts_have_in_common_is_stored_once() -> None:
    parts = [f"<table><tr><td>same{'!' * 99}</td><td>{number}</td></tr>" for number in range(5)]
    elements = packs(parts)
    assert parts_of(elements) == parts
    texts = [unpacked(each) for each in re.findall(r">([A-Za-z0-9+/=]+)<", elements)]
    assert sum(text.count("same") for text in texts) == 1


def test_no_parts_are_no_packs() -> None:
    assert packs([]) == ""


def test_odd_bytes_of_a_file_name_are_packed_as_json_writes_them() -> None:
    assert unpacked(packed("a\udc80b")) == "a\\udc80b"


@pytest.mark.parametrize("letters", ["", "?", "AAAA", packed("x" * 999)[:20], "é"])
def test_other_text_is_an_error(letters: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpacked(letters)
