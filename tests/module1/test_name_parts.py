import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from module1.name_parts import PARTS, canonical, parts, value_of

values = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20
).map(str.strip)
names = st.lists(st.tuples(st.sampled_from((*PARTS, "DC", "EMAILADDRESS")), values), max_size=6)


def rfc_2253(name: list[tuple[str, str]]) -> str:
    """Print a name as Zeek does: last part first, separators escaped."""
    escaped = [
        (kind, "".join("\\" + c if c in ',+"\\<>;=' else c for c in value)) for kind, value in name
    ]
    return ",".join(f"{kind}={value}" for kind, value in reversed(escaped))


def test_both_printing_orders_of_a_name_give_the_same_text() -> None:
    zeek = r"CN=x-1.example,OU=Web,O=A\, B Ltd.,L=Bern,ST=BE,C=CH"
    suricata = "C=CH, ST=BE, L=Bern, O=A, B Ltd., OU=Web, CN=x-1.example"
    assert canonical(zeek) == canonical(suricata) == suricata


def test_slash_form_is_read_too() -> None:
    assert canonical("/C=CH/O=A/CN=x.example") == "C=CH, O=A, CN=x.example"


def test_parts_of_one_type_are_in_order_of_their_values() -> None:
    assert canonical("CN=x,OU=B,OU=A") == canonical("OU=A, OU=B, CN=x") == "OU=A, OU=B, CN=x"


def test_escaped_bytes_become_characters() -> None:
    assert parts(r"CN=\E5\8C\97\E4\BA\AC") == (("CN", "北京"),)


def test_text_inside_a_value_that_looks_like_a_part_stays_inside() -> None:
    name = canonical(r"CN=evil\, CN=good.example,C=US")
    assert name is not None
    assert parts(name) == (("C", "US"), ("CN", "evil, CN=good.example"))


@pytest.mark.parametrize("text", ["", "no name at all", ",,,"])
def test_text_without_parts_is_no_name(text: str) -> None:
    assert canonical(text) is None


@given(names)
@settings(deadline=None, max_examples=150)
def test_a_name_printed_as_zeek_does_is_read_back_whole(name: list[tuple[str, str]]) -> None:
    assert sorted(parts(rfc_2253(name))) == sorted(name)


@given(names)
@settings(deadline=None, max_examples=150)
def test_canonical_text_is_read_back_to_the_same_parts(name: list[tuple[str, str]]) -> None:
    text = canonical(rfc_2253(name))
    assert parts(text or "") == parts(rfc_2253(name))
    assert canonical(text or "") == text


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=200)
def test_any_text_has_a_canonical_form_that_stays(text: str) -> None:
    once = canonical(text)
    assert canonical(once or "") == once


def test_value_of_joins_several_and_is_none_for_none() -> None:
    name = parts("OU=B, OU=A, CN=x")
    assert value_of(name, "OU") == "A; B"
    assert value_of(name, "C") is None
