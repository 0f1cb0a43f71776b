"""The documents for people name what the program has."""

from pathlib import Path

from module2.columns import FEATURES


def test_every_feature_of_a_server_is_described(repository: Path) -> None:
    text = (repository / "docs" / "features.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert rows == list(FEATURES)
