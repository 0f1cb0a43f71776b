from pathlib import Path

import pytest

from knowledge.__main__ import main
from knowledge.known_names import known_names

CONTEST = 'tlsSubject,tlsIssuerDn,tlsSni,weakLabel\nCN=a.example,"CN=CA,O=Trust",a.example,0\n'


def test_the_command_writes_the_tables(tmp_path: Path) -> None:
    popular, records = tmp_path / "popular.txt", tmp_path / "contest.csv"
    popular.write_text("b.example\na.example\n")
    records.write_text(CONTEST)
    assert main([*lists(popular), "--contest", str(records), "--out", str(tmp_path)]) == 0
    assert known_names(tmp_path).popularity == {"b.example": 0, "a.example": 1}
    assert known_names(tmp_path).issuers == {"O=trust": 1}


def test_a_domain_is_listed_that_is_in_every_list(tmp_path: Path) -> None:
    first, second, records = (tmp_path / name for name in ("2024.txt", "2025.txt", "contest.csv"))
    first.write_text("a.example\nb.example\n")
    second.write_text("c.example\nb.example\n")
    records.write_text(CONTEST)
    arguments = [*lists(first), str(second), "--contest", str(records), "--out", str(tmp_path)]
    assert main(arguments) == 0
    found = known_names(tmp_path).listed
    assert [name in found for name in ("a.example", "b.example", "c.example")] == [0, 1, 0]


def test_a_missing_list_is_one_line_and_status_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.txt"
    assert main([*lists(missing), "--contest", str(missing), "--out", str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def lists(path: Path) -> list[str]:
    """Return the options that name lists, ``--listed`` last, so that more of it can follow."""
    options = ("--popular", "--ordinary", "--listed")
    return [part for option in options for part in (option, str(path))]
