"""What conversations say of a target and of whole captures, as lines of the console."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from report.text import counted, printable, probability
from verdict.conversation_document import Conversation
from verdict.document import Capture, Target

_SHOWN: Final = 5
_WIDTH: Final = 80


def conversation_lines(target: Target) -> list[str]:
    """Return the fifth verdict, then the target's worst conversations."""
    found = target.detectors.conversation
    lines = [f"the conversation module's predict result is {found.verdict}!"]
    if found.verdict == "NOT ASSESSED":
        return [*lines, "conversations are judged by packets, of which there are none"]
    lines.append(
        f"{counted(found.count, 'conversation')}: probability {probability(found.probability)}, "
        f"threshold {probability(found.threshold)}"
    )
    return lines + [_line(each) for each in found.conversations[:_SHOWN]]


def capture_lines(captures: Sequence[Capture]) -> list[str]:
    """Return a line, wrapped, for each capture that was judged as a whole."""
    lines = [
        printable(
            f"{each.path}: {each.conversation.verdict} as a whole "
            f"(probability {probability(each.conversation.probability)}, "
            f"threshold {probability(each.conversation.threshold)}; "
            f"{each.conversation.dangerous:,} of "
            f"{counted(each.conversation.count, 'conversation')} dangerous)"
        )
        for each in captures
        if each.conversation.verdict != "NOT ASSESSED"
    ]
    return [part for line in lines for part in wrap(line, _WIDTH, subsequent_indent="  ")]


def _line(conversation: Conversation) -> str:
    return (
        f"{conversation.first} - {conversation.second}: {conversation.verdict} "
        f"({probability(conversation.probability)}, {counted(conversation.packets, 'packet')})"
    )
