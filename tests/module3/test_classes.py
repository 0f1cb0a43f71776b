import pytest

from module3.classes import CLASSES, class_of


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Benign", "Benign"),
        ("SSH-Bruteforce", "SSH-Bruteforce"),
        ("DoS attacks-Hulk", "DoS"),
        ("DDOS attack-HOIC", "DDoS"),
        ("DDoS attacks-LOIC-HTTP", "DDoS"),
        ("BENIGN", "Benign"),
        ("ddos attacks-LOIC-HTTP", "DDoS"),
        ("Sql Injection", "SQL Injection"),
        ("Heartbleed", None),
        ("", None),
    ],
)
def test_the_class_that_a_label_stands_for(label: str, expected: str | None) -> None:
    assert class_of(label) == expected


def test_every_class_stands_for_itself() -> None:
    assert [class_of(name) for name in CLASSES] == list(CLASSES)
