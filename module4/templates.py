"""The editable templates below ``protocol/``: which number gives which token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]  # of tokens, see Templates.codes

FOLDER: Final = Path(__file__).resolve().parent / "protocol"
# What is read from payloads whatever the ports are; no template names these.
DNS_QUERY: Final = "DNS Qry"
DNS_ANSWER: Final = "DNS Ans"
TLS: Final = "TLS"
# Names of columns that are no tokens; those of all others have an underscore.
RESERVED: Final = frozenset(
    {"label", "capture", "family", "role", "server", "certificate", "packets"}
)
_LARGEST: Final = {"ETHER": 0xFFFF, "IP": 0xFF, "PORT": 0xFFFF, "TCP": 0xFFFF, "UDP": 0xFFFF}
_MOST_TOKENS: Final = 1000
_LONGEST_SIGNATURE: Final = 16


class TemplateError(ValueError):
    """A template that cannot be used; the message names the file and line."""


@dataclass(frozen=True)
class Templates:
    """Tokens by number: EtherType, IP protocol, port of both, TCP and UDP; by first bytes; trojans.

    ``warnings`` are trojans by port: evidence in words, no tokens.
    """

    ethernet: Mapping[int, str]
    ip: Mapping[int, str]
    tcp: Mapping[int, str]
    udp: Mapping[int, str]
    files: Mapping[bytes, str]
    warnings: Mapping[int, str]

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Every token once, sorted; a token's code is its place here, counted from 1."""
        named = (self.ethernet, self.ip, self.tcp, self.udp, self.files)
        found = {token for template in named for token in template.values()}
        return tuple(sorted(found | {DNS_QUERY, DNS_ANSWER, TLS}))

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """The code of each token; 0 stands for none."""
        return {token: code for code, token in enumerate(self.tokens, start=1)}


def read_templates(folder: Path = FOLDER) -> Templates:
    """Return the templates of a folder: ETHER, IP, PORT, TCP, UDP, WARN and FILES.

    A line is ``number:token``, the number decimal or with ``0x`` hexadecimal, in FILES the bytes in
    hexadecimal; lines that begin with ``#`` are comments. Raises ``TemplateError`` for a file that
    cannot be read and a line that is none of these.
    """
    numbers = {name: _numbers(folder / name, largest) for name, largest in _LARGEST.items()}
    templates = Templates(
        ethernet=numbers["ETHER"],
        ip=numbers["IP"],
        tcp={**numbers["TCP"], **numbers["PORT"]},
        udp={**numbers["UDP"], **numbers["PORT"]},
        files=_signatures(folder / "FILES"),
        warnings=_numbers(folder / "WARN", 0xFFFF),
    )
    if len(templates.tokens) > _MOST_TOKENS:
        raise TemplateError(f"{folder}: more than {_MOST_TOKENS} tokens; leave some out")
    return templates


def _numbers(path: Path, largest: int) -> dict[int, str]:
    found = {}
    for place, number, token in _lines(path):
        try:
            value = int(number, 0)
        except ValueError:
            raise TemplateError(f"{place}: {number!r} is no number") from None
        if not 0 <= value <= largest:
            raise TemplateError(f"{place}: {number} is beyond {largest}")
        found[value] = token
    return found


def _signatures(path: Path) -> dict[bytes, str]:
    """Return tokens by first bytes, the longest ones first."""
    found = {}
    for place, text, token in _lines(path):
        try:
            signature = bytes.fromhex(text)
        except ValueError:
            raise TemplateError(f"{place}: {text!r} is not hexadecimal") from None
        if not 1 <= len(signature) <= _LONGEST_SIGNATURE:
            raise TemplateError(f"{place}: 1 to {_LONGEST_SIGNATURE} bytes are expected")
        found[signature] = token
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def _lines(path: Path) -> list[tuple[str, str, str]]:
    """Return the place, number and token of each line that is no comment."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise TemplateError(f"{path}: cannot be read ({reason.lower()})") from None
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        key, separator, token = (part.strip() for part in line.partition(":"))
        place = f"{path}, line {number}"
        if not separator or not token:
            raise TemplateError(f"{place}: expected number:token")
        if "_" in token or token in RESERVED or not token.isprintable():
            raise TemplateError(f"{place}: {token!r} may be the name of another column")
        found.append((place, key, token))
    return found
