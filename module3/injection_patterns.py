"""What code in a request looks like: scripts for browsers, and SQL for a server's database.

Texts are decoded, in lower case, without comments, and their blanks are single spaces. Repetitions
have bounds, so that a search takes time in proportion to the text.
"""

from __future__ import annotations

import re
from typing import Final


def _any(*patterns: str) -> re.Pattern[bytes]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns).encode())


_HANDLER: Final = r"on[a-z]{3,24} ?="
# Handlers that are told without a tag around them; others may be words of a text ("once =").
_EVENTS: Final = (
    r"on(?:error|load|click|toggle|begin|(?:focus|blur|key|mouse|pointer|drag)\w{0,6}) ?="
)
_SHOWS: Final = r"(?:alert|confirm|prompt)"
SCRIPTS: Final = _any(
    r"<[/ ]{0,2}script[\s/>:]",
    rf"<[a-z!?/][^<>]{{0,200}}?[ /\"'`]{_HANDLER}",
    # a quote ends the attribute that the text was put in
    rf"[\"'`][ /]?(?:\w{{4,12}} )?{_EVENTS}",
    rf"(?:java|vb|live) ?script ?:[^&]{{0,60}}?(?:{_SHOWS}|eval|document\.|fromcharcode)",
    rf"<[a-z]{{1,10}}[^<>]{{0,60}}?{_SHOWS} ?[(`]",
    r"document\.cookie",
)

# A text leaves its place in a statement with its first quote, or is a number that goes on.
_QUOTE: Final = r"[^'\"]{0,60}['\"][)% ]{0,4}"
_OUT: Final = rf"(?:{_QUOTE}|-?\d{{1,9}}[) ]{{0,4}})"
_OPEN: Final = r"[ (]{0,4}(?:not )?"
_CONSTANT: Final = r"(?:'[^']{0,24}'?|\"[^\"]{0,24}\"?|-?\d{1,9}|0x[0-9a-f]{1,16})"
_COMPARED: Final = r"[ )]{0,3}(?:=|<|>|!=|like\b|between\b|in ?\(|is )"
_CALLED: Final = (
    r"(?:ascii|ord|substr|substring|mid|char|chr|concat|ifnull|length|exists|elt|make_set|convert"
    r"|cast|user|version|database|iif|if|count) ?\("
)
_SELECTED: Final = r"(?:null|top |distinct|\*|@|-?\d|['\"(]|[\w.`]{1,40} ?[,(]|[\w.`]{1,40} from )"
_STATEMENTS: Final = r"(?:select|insert|update|delete|drop|exec|declare|waitfor|shutdown|create|if)"
_OR: Final = r"(?:(?:or|and|xor|having|where|rlike)\b|\|\||&&)" + _OPEN
SQL_BEGINNINGS: Final = _any(  # which match from the beginning on
    rf"{_OUT}union (?:all )?select\b",
    rf"{_OUT}{_OR}{_CONSTANT} ?(?:--|#)",
    rf"{_QUOTE}{_OR}(?:{_CONSTANT}$|[\w.]{{1,24}}{_COMPARED})",
    # the rest of the statement becomes a comment
    rf"{_QUOTE}[); ]{{0,4}}(?:--|#)[\w +-]{{0,8}}$",
    rf"{_OUT}(?:order|group) by \d{{1,5}}\b",
    rf"{_OUT}; ?{_STATEMENTS} ?(?:\(|{_SELECTED}|into |from |table |delay )",
)


def _words(*words: str) -> list[str]:
    """Return patterns for whole words that begin with a letter, so that a search is fast."""
    return [rf"{word}(?<!\w{word})" for word in words]


_ORS: Final = (*_words("or", "and", "xor", "having", "where", "rlike"), r"\|\|", "&&")
SQL: Final = _any(
    rf"union (?:all |distinct )?\(?select ?{_SELECTED}",
    # a comparison with a constant first, which needs no column: 1=1, 'a'='a'
    *(rf"{word}{_OPEN}{_CONSTANT}{_COMPARED} ?[\w'\"(-]" for word in _ORS),
    *(rf"{word}{_OPEN}(?:{_CALLED}|\(?select\b ?{_SELECTED})" for word in _ORS),
    *(rf"{word} by \d{{1,5}} ?(?:--|#)" for word in ("order", "group")),
    *(rf"{call} ?\(" for call in ("pg_sleep", "extractvalue", "updatexml", "load_file")),
    *(rf"{call} ?\(" for call in ("randomblob", "gtid_subset", "xmltype")),
    *(rf"{package}_\w{{3,20}}\.\w{{3,30}} ?\(" for package in ("dbms", "utl")),
    *(rf"{call} ?\( ?\d" for call in _words("sleep", "benchmark")),
    *("xp_cmdshell", "waitfor delay", r"into (?:out|dump)file "),
    r"\( ?select ?(?:\(|\d|\*|@@|(?:count|concat|char|user|database|version) ?\(|case )",
    r"from (?:information_schema\.|sysobjects\b|pg_catalog\.|all_tables\b|sqlite_master\b)",
)
# Programs that send whole statements to a database break out of nothing.
STATEMENT: Final = re.compile(
    rb'[" ]{0,2}(?:select|insert|update|delete|create|alter|show|with|explain|use|set|drop) '
)
# Comments stand for blanks ("or/**/1=1").
COMMENT: Final = re.compile(rb"/\*!?\d{0,6}|\*/")
# Bytes that tell nothing: a text without others is no code but for these words.
ORDINARY: Final = bytes(set(range(256)) - set(b"<'\"`;|( "))
ORDINARY_ENCODED: Final = bytes(set(ORDINARY) - set(b"%+\\"))
ESCAPES: Final = re.compile(rb"%(?:2[02578a]|3[bc]|60|7c|0[9acd])")  # for these, blanks and "%"
WORDS: Final = (b"script:", b"cookie", b"/*")
BINARY: Final = bytes(set(range(32)) - set(b"\t\r\n"))  # what no text has
