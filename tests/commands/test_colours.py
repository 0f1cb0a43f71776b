import pytest

from commands.colours import are_wanted, coloured, show
from report.console import console
from report.language import ENGLISH
from report.ranking import ranking
from report.selection import View, select

from ..report.documents import document
from ..verdict.synthetic import BEACON

Output = pytest.CaptureFixture[str]
RED = "\033[1;31m"


def use_terminal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sys.stdout.isatty", lambda: True)
    patch.setenv("TERM", "xterm")
    patch.delenv("NO_COLOR", raising=False)


def test_verdicts_of_the_table_are_coloured() -> None:
    lines = coloured(ranking(select(document(), View()).overview), ENGLISH).splitlines()
    assert lines[1].startswith(f"{RED}MALICIOUS\033[0m     0.90")
    assert sum("\033" in line for line in lines) == 3


def test_verdicts_of_the_classic_form_are_coloured() -> None:
    text = coloured(console(document(BEACON)), ENGLISH)
    assert f"the FINAL predict result is {RED}MALICIOUS\033[0m!\n" in text
    assert text.count(RED) == 4


def test_without_colours_the_text_is_the_same() -> None:
    text = console(document(BEACON))
    plain = coloured(text, ENGLISH)
    for code in (RED, "\033[32m", "\033[33m", "\033[0m"):
        plain = plain.replace(code, "")
    assert plain == text


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    use_terminal(monkeypatch)
    assert are_wanted()
    show("NORMAL 1\n", ENGLISH)
    assert capsys.readouterr().out == "\033[32mNORMAL\033[0m 1\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    use_terminal(monkeypatch)
    monkeypatch.setenv(name, value)
    assert not are_wanted()


def test_colours_are_not_for_files() -> None:
    assert not are_wanted()
