"""TLS conversations taken apart into handshake messages and certificates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fuzz.seeds.corpus import Conversation, Corpus, spread

CLIENT_HELLO: Final = 1
SERVER_HELLO: Final = 2
_CERTIFICATE: Final = 11
_HANDSHAKE: Final = 22


def begins_as_tls(talk: Conversation) -> bool:
    """Return whether the first thing said is a TLS record."""
    first = talk.messages[0][1:]
    return first[:1] in (b"\x14", b"\x15", b"\x16", b"\x17") and first[1:2] == b"\x03"


def bodies(corpus: Corpus, kind: int) -> list[bytes]:
    """Return the bodies of all handshake messages of that type."""
    talks = [talk for talk in corpus.said("tcp") if begins_as_tls(talk)]
    return spread(body for talk in talks for number, body in _messages(talk) if number == kind)


def certificates(corpus: Corpus) -> list[bytes]:
    """Return the certificates of all Certificate messages up to TLS 1.2."""
    return spread(der for body in bodies(corpus, _CERTIFICATE) for der in _entries(body))


def _messages(talk: Conversation) -> Iterator[tuple[int, bytes]]:
    for side in (0, 1):
        stream = b"".join(said[1:] for said in talk.messages if said[0] == side)
        yield from _cut(_contents(stream))


def _contents(stream: bytes) -> bytes:
    """Return what the handshake records of a stream hold, up to encryption."""
    contents = []
    at = 0
    while at + 5 <= len(stream) and stream[at] == _HANDSHAKE:
        length = int.from_bytes(stream[at + 3 : at + 5], "big")
        contents.append(stream[at + 5 : at + 5 + length])
        at += 5 + length
    return b"".join(contents)


def _cut(contents: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(contents):
        end = at + 4 + int.from_bytes(contents[at + 1 : at + 4], "big")
        if end <= len(contents):
            yield contents[at], contents[at + 4 : end]
        at = end


def _entries(body: bytes) -> Sequence[bytes]:
    found = []
    at = 3
    while at + 3 < len(body):
        end = at + 3 + int.from_bytes(body[at : at + 3], "big")
        found.append(body[at + 3 : end])
        at = end
    return found
