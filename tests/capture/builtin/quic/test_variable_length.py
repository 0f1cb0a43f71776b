import pytest

from capture.builtin.quic.variable_length import TruncatedError, read_integer


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("c2197c5eff14e88c", 151_288_809_941_952_652),
        ("9d7f3e7d", 494_878_333),
        ("7bbd", 15_293),
        ("25", 37),
        ("4025", 37),
    ],
)
def test_examples_of_the_specification(data, value):
    octets = bytes.fromhex(data)
    assert read_integer(b"\xff" + octets + b"\xff", 1) == (value, 1 + len(octets))


@pytest.mark.parametrize("data", ["", "40", "c2197c5eff14e8"])
def test_data_that_end_too_early(data):
    with pytest.raises(TruncatedError):
        read_integer(bytes.fromhex(data), 0)
