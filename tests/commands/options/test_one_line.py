import pytest

import project

Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (
            "certs nope",
            "ACTION: 'nope' is none of list, confirm, forget, import, export; "
            "see: python project.py certs --help",
        ),
        (
            "evaluate --full --folds 0",
            "--folds: '0' is no whole number above zero; see: python project.py evaluate --help",
        ),
        (
            "detect pcaps --decompression-limit abc",
            "--decompression-limit: 'abc' is no size such as 500M or 100G; "
            "see: python project.py detect --help",
        ),
        (
            "detect pcaps --nonsense",
            "unrecognized arguments: --nonsense; see: python project.py detect --help",
        ),
        ("--nonsense", "unrecognized arguments: --nonsense; see: python project.py --help"),
        (
            "detect",
            "the following arguments are required: PATH; see: python project.py detect --help",
        ),
    ],
)
def test_wrong_use_is_one_line(command: str, line: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as stopped:
        project.main(command.split())
    assert stopped.value.code == 2
    assert capsys.readouterr().err == f"{line}\n"


@pytest.mark.parametrize("command", ["train module9", "frobnicate"])
def test_a_wrong_choice_is_told_with_the_right_ones(command: str, capsys: Output) -> None:
    with pytest.raises(SystemExit):
        project.main(command.split())
    (line,) = capsys.readouterr().err.splitlines()
    word = command.split()[-1]
    assert f"'{word}' is none of " in line
    assert line.endswith(" --help")
