from hypothesis import given
from hypothesis import strategies as st

from capture.zeek_format.escapes import text_of


@given(st.binary())
def test_text_is_utf8_or_has_every_byte_beyond_ascii_escaped(octets: bytes) -> None:
    try:
        expected = octets.decode()
    except UnicodeDecodeError:
        expected = octets.decode("ascii", "backslashreplace")
    assert text_of(octets) == expected
