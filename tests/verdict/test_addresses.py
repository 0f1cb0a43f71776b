import pytest

from verdict.addresses import normal_form


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1\t", "192.0.2.1"),
        ("2001:DB8:0::0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_address_in_normal_form(typed: str, address: str) -> None:
    assert normal_form(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "example.com", "192.0.2", "192.0.2.256", "1::2::3", "%", "é"]
)
def test_text_that_is_no_address(typed: str) -> None:
    assert normal_form(typed) is None
