"""The documents for people name what the program has, and show what it answers."""

from pathlib import Path

import pytest

import project
from models.card import MODELS
from module2.columns import FEATURES
from verdict.evaluate import evaluate


def test_every_feature_of_a_server_is_described(repository: Path) -> None:
    text = (repository / "docs" / "features.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert rows == list(FEATURES)


def test_labelled_servers_are_counted_as_evaluate_counts_them(repository: Path) -> None:
    text = (repository / "docs" / "detection.md").read_text(encoding="utf-8")
    figures = evaluate(MODELS)
    sizes = [group["servers"] for group in figures["families"].values()]
    assert f"{figures['malicious']['servers']} malicious servers in {len(sizes)} families" in text
    assert f"{sizes.count(1)} families have a single server" in text


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_answer_in_the_readme_is_the_real_one(
    repository: Path,
    pcaps: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    readme: str,
    language: str,
) -> None:
    options = ["--ip", "203.0.113.66", "--lang", language, "--certificates", f"{tmp_path / 'new'}"]
    project.main(["detect", str(pcaps), *options])
    answer = capsys.readouterr().out.splitlines()
    shown = shown_answer(repository / readme)
    assert len(shown) > 20
    assert [line for line in shown if line not in answer] == []


def shown_answer(readme: Path) -> list[str]:
    """Return the lines of the answer that a README shows, but for those that leave something out.

    They are in the blocks that hold rulers, behind what the user types.
    """
    blocks = readme.read_text(encoding="utf-8").split("```")[1::2]
    lines = [line for block in blocks if "<-----" in block for line in block.splitlines()]
    return [line for line in lines if line and "…" not in line and "input the IP" not in line]
