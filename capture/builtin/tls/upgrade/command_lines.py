"""STARTTLS of the protocols that speak in lines: SMTP, IMAP, POP3, FTP, NNTP, ManageSieve, IRC.

A command of the client asks for TLS, and the server's next answer says yes or no. RFC 3207 (SMTP),
9051 (IMAP), 2595 (POP3), 4217 (FTP), 4642 (NNTP), 5804 (ManageSieve); IRCv3, "tls Extension".
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from capture.builtin.tls.upgrade.gssapi_tokens import GssapiTokens
from capture.builtin.tls.upgrade.recogniser import Recogniser, take_line


class _Answers(NamedTuple):
    """How the server says yes and no to a command; ``%s`` stands for the tag of the command.

    ``in_tokens`` is that TLS then comes in tokens of GSSAPI.
    """

    yes: bytes
    no: bytes
    in_tokens: bool = False


_COMMANDS: Final = (
    (
        re.compile(rb"(?i)(?P<tag>)(STARTTLS|X-ANONYMOUSTLS)\s*$"),
        _Answers(
            rb"(220 |220\r|382 |OK\b|(:\S+ )?670 )", rb"([45]\d\d |NO\b|(:\S+ )?(421|451|691) )"
        ),
    ),
    (re.compile(rb"(?i)(?P<tag>[^\s*+]+) STARTTLS\s*$"), _Answers(rb"%s OK\b", rb"%s (NO|BAD)\b")),
    (re.compile(rb"(?i)(?P<tag>)STLS\s*$"), _Answers(rb"\+OK", rb"-ERR")),
    (
        re.compile(rb"(?i)(?P<tag>)AUTH (TLS|SSL)(-[CP])?\s*$"),
        _Answers(rb"(234|334) ", rb"[45]\d\d "),
    ),
    (re.compile(rb"(?i)(?P<tag>)AUTH GSSAPI\s*$"), _Answers(rb"334 ", rb"[45]\d\d ", True)),
)


# Nobody asks more often; every answer is compared with a pattern made for its command.
_MOST_REFUSALS: Final = 16


class CommandLines(Recogniser):
    """Waits for a command that asks for TLS, then for the answer to it."""

    def __init__(self) -> None:
        super().__init__()
        self._yes: re.Pattern[bytes] | None = None
        self._no: re.Pattern[bytes] | None = None
        self._refusals = 0
        self._in_tokens = False

    def read_client(self) -> None:
        """Look for the command; after it, leave the bytes alone until the answer has come."""
        while self._yes is None and (line := take_line(self.client)) is not None:
            for command, answers in _COMMANDS:
                asked = command.match(line)
                if asked:
                    tag = re.escape(asked["tag"])
                    self._yes = re.compile(answers.yes.replace(b"%s", tag), re.IGNORECASE)
                    self._no = re.compile(answers.no.replace(b"%s", tag), re.IGNORECASE)
                    self._in_tokens = answers.in_tokens
                    break

    def read_server(self) -> None:
        """Look for the answer."""
        while (line := take_line(self.server)) is not None:
            if self._yes is not None and self._yes.match(line):
                self.switched = True
                self.wrapping = GssapiTokens() if self._in_tokens else None
                return
            if self._no is not None and self._no.match(line):
                self._yes = self._no = None
                self._refusals += 1
                if self._refusals > _MOST_REFUSALS:
                    self.finished = True
                    return
                self.read_client()
