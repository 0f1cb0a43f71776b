"""Protocols that switch to TLS, each recogniser by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from capture.builtin.tls.upgrade.command_lines import CommandLines
from capture.builtin.tls.upgrade.databases import MySql, PostgreSql
from capture.builtin.tls.upgrade.ldap import Ldap
from capture.builtin.tls.upgrade.proxies import HttpConnect, Socks4, Socks5
from capture.builtin.tls.upgrade.recogniser import Recogniser
from capture.builtin.tls.upgrade.remote_desktop import RemoteDesktop
from capture.builtin.tls.upgrade.xmpp import Xmpp
from fuzz.seeds.corpus import Corpus
from fuzz.seeds.examples import UPGRADES
from fuzz.target import Input, Target

_RECOGNISERS: Final[dict[str, Callable[[], Recogniser]]] = {
    "command-lines": CommandLines,
    "xmpp": Xmpp,
    "http-connect": HttpConnect,
    "socks4": Socks4,
    "socks5": Socks5,
    "postgresql": PostgreSql,
    "mysql": MySql,
    "ldap": Ldap,
    "remote-desktop": RemoteDesktop,
}
# Ports of captures that are worth beginning from.
_PORTS: Final = {
    "command-lines": (21, 25, 110, 119, 143, 587),
    "xmpp": (5222, 5269),
    "http-connect": (3128, 8080),
    "socks4": (1080,),
    "socks5": (1080,),
    "postgresql": (5432,),
    "mysql": (3306,),
    "ldap": (389,),
    "remote-desktop": (3389,),
}
_TOKENS: Final = (
    *(b"\r\n", b" ", b"<", b">", b"/>", b"\0", b"STARTTLS\r\n", b"a OK\r\n", b"<starttls/>"),
    *(b"HTTP/1.1 200\r\n\r\n", b"\x05\0", b"\x30\x84\0\0", b"\x03\0\0\x13", b"\xff\xff\xff\0"),
)
_MOST_SEEDS: Final = 60


def _seeds(name: str) -> Callable[[Corpus], Sequence[Input]]:
    def seeds(corpus: Corpus) -> Sequence[Input]:
        talks = [talk.messages for talk in corpus.said("tcp") if talk.second_port in _PORTS[name]]
        return [*UPGRADES[name], *talks[:_MOST_SEEDS]]

    return seeds


def _runner(recogniser: Callable[[], Recogniser]) -> Callable[[Sequence[Input], Path], None]:
    def run(inputs: Sequence[Input], _: Path) -> None:
        for parts in inputs:
            _talk(recogniser(), parts)

    return run


def _talk(recogniser: Recogniser, parts: Input) -> None:
    for part in parts:
        recogniser.feed(bool(part[:1] and part[0] & 1), part[1:])
        if recogniser.switched or recogniser.finished:
            return


TARGETS: Final = tuple(
    Target(name, _seeds(name), _runner(recogniser), tokens=_TOKENS, longest=40_000)
    for name, recogniser in _RECOGNISERS.items()
)
