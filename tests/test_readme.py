"""The README in both languages: the same sections, tables and commands, and links that lead."""

import re
from pathlib import Path

import pytest

import project

FILES = ("README.md", "README.zh-CN.md")
LINK = re.compile(r"\]\((?!https:)([^)#]+)\)")


def text_of(repository: Path, name: str) -> str:
    return (repository / name).read_text(encoding="utf-8")


def commands_in(text: str) -> set[str]:
    """Return the commands that are shown, without what they are called for."""
    return {" ".join(line.split()) for line in re.findall(r"python project\.py [a-z]+", text)}


def rows_of_tables(text: str) -> list[int]:
    """Return the number of rows of each table."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [block.count("\n") for block in blocks]


def test_both_languages_have_the_same_sections_and_tables(repository: Path) -> None:
    english, chinese = (text_of(repository, name) for name in FILES)
    assert len(re.findall("^## ", english, re.M)) == len(re.findall("^## ", chinese, re.M))
    assert rows_of_tables(english) == rows_of_tables(chinese)


def test_both_languages_show_the_same_commands(repository: Path) -> None:
    english, chinese = (commands_in(text_of(repository, name)) for name in FILES)
    assert english == chinese


@pytest.mark.parametrize("name", FILES)
def test_commands_that_are_shown_exist(repository: Path, name: str) -> None:
    shown = {command.split()[2] for command in commands_in(text_of(repository, name))}
    assert shown <= set(project.COMMANDS)


def test_links_lead_somewhere(repository: Path) -> None:
    pages = [repository / name for name in FILES] + sorted((repository / "docs").glob("*.md"))
    broken = [
        f"{page.name}: {place}"
        for page in pages
        for place in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / place).exists()
    ]
    assert broken == []
