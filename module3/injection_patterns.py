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
    r"on(?:error|load|click|toggle|begin|(?:focus|blur|key|mouse|pointer|drag)\w{0,6}"
    r"|(?:animation|transition)\w{3,9}) ?="
)
_SHOWS: Final = r"(?:alert|confirm|prompt)"
# Links of old pages send forms and lead elsewhere so, and whoever counts clicks is told of it.
_OF_LINKS: Final = r"(?:forms?\b|getelement|location|\w{1,30}\.submit)"
SCRIPTS: Final = _any(
    r"<[/ ]{0,2}script[\s/>:]",
    rf"<[a-z!?/][^<>]{{0,200}}?[ /\"'`]{_HANDLER}",
    # a quote ends the attribute that the text was put in
    rf"[\"'`][ /]?(?:\w{{4,12}} )?{_EVENTS}",
    r"(?:java|vb|live) ?script ?:[^&]{0,60}?"
    rf"(?:\b(?:{_SHOWS}|eval)\b|document\.(?!{_OF_LINKS})|fromcharcode)",
    # a quote ends the text of a script that the text was put in
    rf"^[^'\"`]{{0,60}}['\"`][-+*;,)}}\]\\ ]{{1,6}}{_SHOWS}[(`]",
    rf"<[a-z]{{1,10}}[^<>]{{0,60}}?{_SHOWS} ?[(`]",
    r"document\.cookie",
)

# A text leaves its place in a statement with its first quote, or is a number that goes on.
_QUOTE: Final = r"[^'\"]{0,60}['\"][)% ]{0,4}"
_OUT: Final = rf"(?:{_QUOTE}|-?\d{{1,9}}[) ]{{0,4}})"
_OPEN: Final = r"[ (]{0,4}(?:not )?"
_NUMBER: Final = r"(?:-?\d{1,9}|0x[0-9a-f]{1,16})"
_TEXT: Final = r"(?:'[^']{0,24}'?|\"[^\"]{0,24}\"?)"
_CONSTANT: Final = rf"(?:{_TEXT}|{_NUMBER})"
_SIGN: Final = r"(?:[<>!]?=|<>?|>)"
# What follows is asked for where the word may be one of a text ("and 1 is better").
_OTHERWISE_COMPARED: Final = (
    r"(?:like ?['\"\d(]|between ['\"\d(]|in ?\( ?(?:['\"\d]|select\b)"
    r"|is (?:not )?(?:null|true|false)\b)"
)
_COMPARED: Final = rf"[ )]{{0,3}}(?:{_SIGN}|{_OTHERWISE_COMPARED})"
_VALUE: Final = r"(?:-?\d|['\"(@]|null\b|[a-z_]\w{1,40}\()"
_NO_NAME: Final = r"(?:n?'|\d|\(|[a-z_]\w{1,40}\()"  # a value that is not of a column
_CALLED: Final = (
    r"(?:(?:ascii|ord|substr|substring|mid|char|chr|concat|ifnull|length|elt|make_set|convert|cast"
    r"|iif|if|sleep|benchmark)\((?![^&]{0,80}?\) (?:eq|ne|[gl][et])\b)"  # as queries of OData end
    r"|(?:user|version|database)\(\)|exists ?\( ?select\b)"
)
_SELECTED: Final = r"(?:null|top |distinct|\*|@|-?\d|['\"(]|[\w.`]{1,40} ?[,(]|[\w.`]{1,40} from )"
_STATEMENTS: Final = r"(?:select|insert|update|delete|drop|exec|declare|waitfor|shutdown|create|if)"
_OR: Final = r"(?:(?:or|and|xor|having|where|rlike)\b|\|\||&&)" + _OPEN
SQL_BEGINNINGS: Final = _any(  # which match from the beginning on
    rf"{_OUT}union (?:all )?select\b",
    rf"{_OUT}{_OR}(?:{_CONSTANT}|true|false) ?(?:limit \d{{1,3}} ?)?;? ?(?:--|#)",
    # a text that the statement ends; a number may be a size (6" or 8)
    rf"{_QUOTE}{_OR}(?:{_TEXT}$|[\w.]{{1,24}}{_COMPARED})",
    # the rest of the statement becomes a comment; sqlmap begins it with four letters
    rf"{_QUOTE}[); ]{{0,4}}(?:--[ +-]{{0,3}}(?:[a-z]{{4}})?|#)$",
    rf"{_OUT}(?:order|group) by \d{{1,5}}\b",
    rf"{_OUT}; ?{_STATEMENTS} ?(?:\(|{_SELECTED}|into |from |table |delay )",
)


def _words(*words: str) -> list[str]:
    """Return patterns for whole words that begin with a letter, so that a search is fast."""
    return [rf"{word}(?<!\w{word})" for word in words]


def _condition(place: int) -> str:
    """Return a pattern for a condition; those at several places of one pattern are numbered."""
    again = rf"(?P=text{place})(?:[\"%]|$)"
    return "|".join(
        (
            # a comparison with a constant first, which needs no column: 1=1, 'a'='a'
            rf"{_NUMBER}[ )]{{0,3}}(?:{_SIGN} ?{_VALUE}|{_OTHERWISE_COMPARED})",
            rf"'[^' ]{{0,24}}' ?(?:{_SIGN}|like\b) ?{_NO_NAME}",
            # between double quotes there may be the name of a column, but not twice
            rf"\"(?P<text{place}>[^\"]{{0,24}})\" ?(?:=|like) ?\"%?{again}",
            _CALLED,
            rf"\(?select\b ?{_SELECTED}",
        )
    )


_ORS: Final = (*_words("or", "and", "xor", "having", "where", "rlike"), r"\|\|", "&&")
SQL: Final = _any(
    rf"union (?:all |distinct )?\(?select ?{_SELECTED}",
    *(rf"{word}{_OPEN}(?:{_condition(place)})" for place, word in enumerate(_ORS)),
    *(rf"{word} by \d{{1,5}} ?(?:--|#)" for word in ("order", "group")),
    *(rf"{call} ?\(" for call in ("pg_sleep", "extractvalue", "updatexml", "load_file")),
    *(rf"{call} ?\(" for call in ("randomblob", "gtid_subset", "xmltype")),
    *(rf"{package}_\w{{3,20}}\.\w{{3,30}} ?\(" for package in ("dbms", "utl")),
    # programs sleep, too, but by themselves
    r"sleep(?<=[-+*/=,(|&'\"]sleep)\( ?\d",
    *(rf"{before}sleep\( ?\d" for before in (r"select ?\(?", "then ", r"user_lock\.")),
    r"benchmark\( ?\d{1,12} ?,",
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
