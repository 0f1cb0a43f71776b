"""What conversations say of a target and of whole captures, as lines of the console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from report.language import ENGLISH, Language
from report.text import printable, probability, wrapped
from verdict.conversation_document import CaptureConversations, Conversation
from verdict.document import Capture, Target

_SHOWN: Final = 5
_WIDTH: Final = 80


def conversation_lines(target: Target, language: Language = ENGLISH) -> list[str]:
    """Return the fifth verdict, then the target's worst conversations."""
    found = target.detectors.conversation
    verdict = language(found.verdict)
    lines = [language("the conversation module's predict result is {verdict}!", verdict=verdict)]
    if found.verdict == "NOT ASSESSED":
        return [*lines, language("conversations are judged by packets, of which there are none")]
    lines.append(
        language(
            "{conversations}: probability {probability}, threshold {threshold}",
            conversations=language.counted(found.count, "conversation"),
            probability=probability(found.probability),
            threshold=probability(found.threshold),
        )
    )
    shown = found.conversations[:_SHOWN]
    lines += [_line(each, language) for each in shown]
    hidden = found.count - len(shown)
    return [*lines, language("{number} more not shown", number=hidden)] if hidden else lines


def capture_lines(captures: Sequence[Capture], language: Language = ENGLISH) -> list[str]:
    """Return a line, wrapped, for each capture that was judged as a whole."""
    lines = [
        f"{each.path}: {_as_a_whole(each.conversation, language)}"
        for each in captures
        if each.conversation.verdict != "NOT ASSESSED"
    ]
    return [part for line in lines for part in wrapped(printable(line), _WIDTH)]


def _as_a_whole(found: CaptureConversations, language: Language) -> str:
    return language(
        "{verdict} as a whole (probability {probability}, threshold {threshold}; {dangerous} of "
        "{conversations} dangerous)",
        verdict=language(found.verdict),
        probability=probability(found.probability),
        threshold=probability(found.threshold),
        dangerous=f"{found.dangerous:,}",
        conversations=language.counted(found.count, "conversation"),
    )


def _line(conversation: Conversation, language: Language) -> str:
    packets = language.counted(conversation.packets, "packet")
    return (
        f"{conversation.first} - {conversation.second}: {language(conversation.verdict)} "
        f"({probability(conversation.probability)}, {packets})"
    )
