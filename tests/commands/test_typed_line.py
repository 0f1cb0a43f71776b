import builtins
import io
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.typed_line import typed_line

Output = pytest.CaptureFixture[str]
UP, LEFT, CONTROL_C, CONTROL_D = b"\x1b[A", b"\x1b[D", b"\x03", b"\x04"
# Of a terminal of its own, so that Ctrl-C reaches it.
ASKING = """
import fcntl, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, sys.argv[1])
sys.stdin.reconfigure(errors="replace")
from commands.typed_line import typed_line
try:
    while (line := typed_line("? ")) is not None:
        print("got", ascii(line))
    print("ended")
except KeyboardInterrupt:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("stopped")
"""


class Terminal:
    """A program on a terminal that a test types into."""

    def __init__(self, repository: Path) -> None:
        self._keyboard, end = pty.openpty()
        command = [sys.executable, "-c", ASKING, str(repository)]
        streams = {"stdin": end, "stdout": end, "stderr": end}
        environment = {**os.environ, "TERM": "xterm", "INPUTRC": os.devnull}
        self._program = subprocess.Popen(
            command, **streams, env=environment, start_new_session=True
        )
        os.close(end)

    def type(self, keys: bytes) -> None:
        os.write(self._keyboard, keys)

    def until(self, text: str) -> None:
        """Return when the text is shown."""
        shown = b""
        while not shown.endswith(text.encode()):
            assert self._shows_more(60), f"no {text!r} after {shown!r}"
            shown += os.read(self._keyboard, 1)

    def press_until_heard(self, key: bytes) -> None:
        """Type a key, again where nothing comes of it.

        Python's readline does not hear of a Ctrl-C between its question and its wait for keys.
        """
        for _ in range(60):
            self.type(key)
            if self._shows_more(1):
                return
        pytest.fail(f"nothing came of {key!r}")

    def _shows_more(self, seconds: float) -> bool:
        return bool(select.select([self._keyboard], [], [], seconds)[0])

    def close(self) -> None:
        os.close(self._keyboard)
        self._program.wait()


@pytest.fixture
def terminal(repository: Path) -> Iterator[Terminal]:
    opened = Terminal(repository)
    opened.until("? ")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (b" 192.0.2.1 \r", "192.0.2.1"),
        (b"12" + LEFT + b"3\r", "132"),
        (b"\xff\r", "\\ufffd"),
        (b"\r", ""),
        (b"9" * 5000 + b"\r", "9" * 5000),
    ],
)
def test_what_is_typed_on_a_terminal(terminal: Terminal, keys: bytes, line: str) -> None:
    terminal.type(keys)
    terminal.until(f"got '{line}'\r\n? ")


def test_lines_typed_before_come_back(terminal: Terminal) -> None:
    for line in (b"one", b"two"):
        terminal.type(line + b"\r")
        terminal.until(f"got '{line.decode()}'\r\n? ")
    terminal.type(UP + UP + b"!\r")
    terminal.until("got 'one!'\r\n? ")


@pytest.mark.parametrize(("key", "said"), [(CONTROL_C, "stopped"), (CONTROL_D, "\r\nended")])
def test_keys_that_end_it(terminal: Terminal, key: bytes, said: str) -> None:
    terminal.press_until_heard(key)
    terminal.until(f"{said}\r\n")


def test_a_pipe_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(" \x1b[A \nlast"))
    assert [typed_line("? ") for _ in range(3)] == ["\x1b[A", "last", None]
    assert capsys.readouterr().out == "? \n? \n? \n"


def test_closed_input_has_no_lines(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert typed_line("? ") is None
    assert capsys.readouterr().out == "? "


class OnTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("is_terminal", [True, False])
def test_without_what_edits_lines_they_are_read_plainly(
    is_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", OnTerminal("line\n"))
    monkeypatch.setattr("sys.stdout", OnTerminal() if is_terminal else io.StringIO())
    monkeypatch.setitem(sys.modules, "readline", None)
    monkeypatch.setattr(builtins, "input", lambda question: pytest.fail("edited"))
    assert typed_line("? ") == "line"
    assert sys.stdout.getvalue() == "? "
