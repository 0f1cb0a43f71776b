"""Conversations in the clear, given to a recogniser in portions of any size."""

from capture.builtin.tls.upgrade.recogniser import Recogniser


def talk(recogniser: Recogniser, *lines: tuple[str, bytes], portion: int = 10_000) -> Recogniser:
    """Give a recogniser what client (C) and server (S) say, until it has switched or given up."""
    for side, text in lines:
        for start in range(0, len(text), portion):
            if not recogniser.switched and not recogniser.finished:
                recogniser.feed(side == "C", text[start : start + portion])
    return recogniser
