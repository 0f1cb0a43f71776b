import pytest

from knowledge.issuer_name import issuer_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CN=R3,O=Let's Encrypt,C=US", "O=let's encrypt"),
        ("C=US, O=Let's  Encrypt, CN=R3", "O=let's encrypt"),
        ("CN=Example CA", "CN=example ca"),
        ("C=US", ""),
        ("", ""),
    ],
)
def test_the_organisation_counts_else_the_common_name(text: str, name: str) -> None:
    assert issuer_name(text) == name
