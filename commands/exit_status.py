"""Exit statuses of every command."""

from typing import Final

NOTHING_MALICIOUS: Final = 0
MALICIOUS: Final = 1
WRONG_USE: Final = 2
UNREADABLE_INPUT: Final = 3
MODEL_OR_ENGINE_BROKEN: Final = 4
INTERRUPTED: Final = 130  # as a shell reports a program that Ctrl-C ended
