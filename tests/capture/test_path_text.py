import os

from hypothesis import given
from hypothesis import strategies as st

from capture.path_text import readable


def test_bytes_that_are_no_utf8_are_escaped() -> None:
    assert readable(os.fsdecode(b"caf\xe9/\xc3\xa9")) == r"caf\xe9/é"


@given(st.binary())
def test_any_path_becomes_text_that_can_be_written(path: bytes) -> None:
    readable(os.fsdecode(path)).encode("utf-8")


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_text_that_can_be_written(text: str) -> None:
    readable(text).encode("utf-8")
