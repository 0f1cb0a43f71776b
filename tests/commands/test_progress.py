import io

import pytest

from commands.output import be_quiet
from commands.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_a_terminal(patch: pytest.MonkeyPatch, *, quiet: bool) -> str:
    """Return what is shown of the progress with two inputs."""
    shown = Terminal()
    told: list[int] = []
    patch.setattr("sys.stderr", shown)
    patch.setenv("TERM", "xterm")
    patch.setenv("COLUMNS", "100")
    be_quiet(quiet)
    try:
        with progress("scanning", {"a": 2000, "b": 3000}) as read:
            read.tell("a", 500, reading=1, readings=2)
            told.append(read.total())
            read.done("a")
            read.done("b")
    finally:
        be_quiet(False)
    assert told == [1250]
    return shown.getvalue()


def test_terminal_shows_inputs_bytes_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    text = on_a_terminal(monkeypatch, quiet=False)
    assert "scanning" in text
    assert "2/2" in text
    assert "5.0/5.0 kB" in text


def test_quiet_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_a_terminal(monkeypatch, quiet=True) == ""


def test_without_a_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("scanning", {"a": 1}) as read:
        read.of("a")(1)
        read.done("a")
    assert capsys.readouterr().err == ""
