import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.distinguished_name import attributes

ESCAPES = str.maketrans({character: "\\" + character for character in '\\,+"<>;'})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CN=a.example,O=Example,C=US", [("CN", "a.example"), ("O", "Example"), ("C", "US")]),
        (r"O=Example\, Inc.,C=US", [("O", "Example, Inc."), ("C", "US")]),
        ("C=US, ST=WA, CN=*.a.example", [("C", "US"), ("ST", "WA"), ("CN", "*.a.example")]),
        ("O=Example, Inc., CN=x", [("O", "Example, Inc."), ("CN", "x")]),
        ("/C=US/O=A-B/CN=x", [("C", "US"), ("O", "A-B"), ("CN", "x")]),
        ("CN=a+OU=b", [("CN", "a"), ("OU", "b")]),
        (r"CN=a\\,O=b", [("CN", "a\\"), ("O", "b")]),
        (r"CN=a\=b\+c", [("CN", "a=b+c")]),
        (r"CN=caf\C3\A9", [("CN", "café")]),
        (r"CN=\FF", [("CN", r"\xff")]),
        ("emailAddress=a@b.example,CN=x", [("EMAILADDRESS", "a@b.example"), ("CN", "x")]),
        ("2.5.4.5=1,CN=x", [("2.5.4.5", "1"), ("CN", "x")]),
        ("CN=a=b,O=", [("CN", "a=b"), ("O", "")]),
        ("CN=http://a.example/b=c", [("CN", "http://a.example/b=c")]),
        ("", []),
        ("no name at all", []),
        ("=", []),
    ],
)
def test_names_are_taken_apart(text: str, expected: list[tuple[str, str]]) -> None:
    assert list(attributes(text)) == expected


VALUES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=12
)
PAIRS = st.lists(st.tuples(st.sampled_from(["CN", "O", "OU", "ST", "L", "C"]), VALUES), max_size=6)


@settings(max_examples=200, deadline=None)
@given(PAIRS)
def test_what_is_escaped_comes_back(pairs: list[tuple[str, str]]) -> None:
    text = ",".join(f"{kind}={value.translate(ESCAPES)}" for kind, value in pairs)
    assert list(attributes(text)) == pairs


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ACN=,+;/\\ .x\x00é\ud800", max_size=40) | st.text(max_size=40))
def test_any_text_gives_attributes_that_are_valid_text(text: str) -> None:
    for kind, value in attributes(text):
        assert kind
        assert kind == kind.upper()
        assert isinstance(value, str)
