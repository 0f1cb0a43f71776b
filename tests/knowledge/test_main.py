from pathlib import Path

import pytest

from knowledge.__main__ import main
from knowledge.known_names import known_names

CONTEST = 'tlsSubject,tlsIssuerDn,tlsSni,weakLabel\nCN=a.example,"CN=CA,O=Trust",a.example,0\n'


def test_the_command_writes_the_tables(tmp_path: Path) -> None:
    popular, records = tmp_path / "popular.txt", tmp_path / "contest.csv"
    popular.write_text("b.example\na.example\n")
    records.write_text(CONTEST)
    arguments = ["--popular", str(popular), "--ordinary", str(popular), "--contest", str(records)]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    assert known_names(tmp_path).popularity == {"b.example": 0, "a.example": 1}
    assert known_names(tmp_path).issuers == {"O=trust": 1}


def test_a_missing_list_is_one_line_and_status_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "missing.txt")
    arguments = ["--popular", missing, "--ordinary", missing, "--contest", missing]
    assert main([*arguments, "--out", str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1
