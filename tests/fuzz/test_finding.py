from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fuzz.finding import Finding, key_of, minimised, packed, place_of, save, unpacked
from verdict.document_json import from_json
from verdict.errors import DocumentError


def test_minimised_keeps_what_is_needed_to_fail() -> None:
    parts = (b"some text", b"with a needle in it", b"and an end")
    assert minimised(parts, lambda left: b"needle" in b"".join(left)) == (b"needle",)


def test_minimised_keeps_both_of_two_parts() -> None:
    parts = (b"xxAxx", b"yy", b"zzBzz")
    small = minimised(parts, lambda left: any(b"A" in p for p in left) and b"B" in left[-1])
    assert small == (b"A", b"B")


@given(st.lists(st.binary(max_size=20)).map(tuple))
def test_a_saved_input_can_be_read_again(parts: tuple[bytes, ...]) -> None:
    assert unpacked(packed(parts)) == parts


def test_a_finding_is_saved_with_what_it_does(tmp_path: Path) -> None:
    path = save(Finding("dns", 7, "ValueError at x.py:1: no", (b"a", b"b")), tmp_path)
    assert unpacked(path.read_bytes()) == (b"a", b"b")
    assert path.with_suffix(".txt").read_text().startswith("ValueError at x.py:1")
    assert path.name.startswith("dns-")


def test_the_place_of_an_error_is_the_innermost_line_of_the_project() -> None:
    try:
        from_json("{")
    except DocumentError as error:
        what = place_of(error)
    assert what.startswith("DocumentError at verdict/document_json.py:")
    assert key_of(what).count(":") == 1
