"""A command line whose wrong use is told in one line."""

from __future__ import annotations

import argparse
import re
from typing import Final, NoReturn

from commands.exit_status import WRONG_USE
from commands.output import complaint

_CHOICE: Final = re.compile(
    r"(?P<name>.*?): invalid choice: (?P<text>.*) \(choose from (?P<all>.*)\)"
)


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong and which help tells more; argparse prints all options before it."""

    def error(self, message: str) -> NoReturn:
        """End the program with a line on standard error."""
        what = message.removeprefix("argument ")
        choice = _CHOICE.fullmatch(what)
        if choice:
            known = choice["all"].replace("'", "")
            what = f"{choice['name']}: {choice['text']} is none of {known}"
        complaint(f"{what}; see: python {self.prog} --help")
        raise SystemExit(WRONG_USE)
