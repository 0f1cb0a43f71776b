import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.files.gather import gather


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=40), st.integers(1, 12), st.data())
def test_rows_are_the_bytes_from_each_position_padded_with_zeros(
    content: bytes, width: int, data: st.DataObject
) -> None:
    start = data.draw(st.lists(st.integers(0, len(content) + 5), max_size=10))
    rows = gather(np.frombuffer(content, np.uint8), np.array(start, np.int64), width)
    expected = [content[at : at + width].ljust(width, b"\0") for at in start]
    assert [row.tobytes() for row in rows] == expected
    assert rows.shape == (len(start), width)
