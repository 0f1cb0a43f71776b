import shutil
import subprocess
from pathlib import Path

import pytest

import project

Output = pytest.CaptureFixture[str]
BASH = shutil.which("bash")


def completed(script: str, *words: str) -> set[str]:
    """Return what bash offers for the last word."""
    line = " ".join(f"'{word}'" for word in words)
    code = (
        f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}\n"
        '_detector_completion; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = subprocess.run([str(BASH), "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.splitlines())


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_commands_options_and_values_are_completed(capsys: Output) -> None:
    assert project.main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    assert completed(script, "project.py", "re") == {"render"}
    assert completed(script, "project.py", "detect", "--min") == {"--min-probability"}
    assert completed(script, "project.py", "detect", "--engine", "") == {"auto", "zeek", "builtin"}
    assert completed(script, "project.py", "certs", "co") == {"confirm"}
    assert completed(script, "project.py", "detect", "/et") == {"/etc"}


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_file_name_with_blanks_is_one_word(
    capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("my first capture.pcap", "my*.pcap"):
        (tmp_path / name).touch()
    project.main(["completion", "bash"])
    script = capsys.readouterr().out
    assert completed(script, "project.py", "detect", "my") == {"my first capture.pcap", "my*.pcap"}


def test_zsh_gets_the_same_behind_its_own_words(capsys: Output) -> None:
    project.main(["completion", "bash"])
    bash = capsys.readouterr().out
    project.main(["completion", "zsh"])
    assert capsys.readouterr().out == f"autoload -U +X bashcompinit && bashcompinit\n{bash}"


def test_every_command_is_there(capsys: Output) -> None:
    project.main(["completion", "bash"])
    script = capsys.readouterr().out
    assert all(f'"{name}") words=' in script for name in project.COMMANDS)
