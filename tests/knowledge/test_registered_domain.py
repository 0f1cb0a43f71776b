import pytest

from knowledge.registered_domain import is_address, registered_domain


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "[2001:db8::1]"])
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["", "192.0.2", "a.example", "1234", "192.0.2.1.example"])
def test_other_names_are_no_addresses(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("www.example.com", "example.com"),
        ("WWW.Example.Com.", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("somebody.github.io", "somebody.github.io"),
        ("localhost", None),
        ("co.uk", None),
        ("192.0.2.1", None),
        ("", None),
    ],
)
def test_registered_domains(name: str, domain: str | None) -> None:
    assert registered_domain(name) == domain
