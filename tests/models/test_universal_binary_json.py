import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.universal_binary_json import parse_universal_binary_json


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"Z", None),
        (b"T", True),
        (b"F", False),
        (b"i\xff", -1),
        (b"U\xff", 255),
        (b"I\x01\x00", 256),
        (b"l\xff\xff\xff\xfe", -2),
        (b"L" + (1 << 40).to_bytes(8, "big"), 1 << 40),
        (b"d\x3f\x80\x00\x00", 1.0),
        (b"D\xbf\xf0" + bytes(6), -1.0),
        (b"Si\x03abc", "abc"),
        (b"[i\x01i\x02]", [1, 2]),
        (b"[#i\x02i\x01Z", [1, None]),
        (b"{i\x01a[]i\x01b{}}", {"a": [], "b": {}}),
    ],
)
def test_values_are_read(content: bytes, value: object) -> None:
    assert parse_universal_binary_json(content) == value


def test_an_array_of_one_type_is_an_array_of_numpy() -> None:
    array = parse_universal_binary_json(b"[$l#i\x02" + (1).to_bytes(4, "big") + b"\xff" * 4)
    assert array.tolist() == [1, -1]
    assert array.dtype == np.dtype(">i4")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cut off"),
        (b"?", "unknown type"),
        (b"ZZ", "after the end"),
        (b"Si\xff", "cut off"),
        (b"SZ", "a length that is no number"),
        (b"[$S#i\x01", "array of unknown type"),
        (b"[" * 100, "nested too deeply"),
        (b"[$U#L" + b"\x7f" * 8, "cut off"),
        (b"Si\x01\xff", "utf-8"),
    ],
)
def test_what_is_no_value_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_universal_binary_json(content)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_refused(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        parse_universal_binary_json(content)
