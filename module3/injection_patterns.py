"""What code in a request looks like: scripts for browsers, and SQL for a server's database.

Texts are decoded, in lower case, without comments, and their blanks are single spaces. Repetitions
have bounds, so that a search takes time in proportion to the text.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote


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
_QUOTE: Final = r"^[^'\"]{0,60}['\"][)% ]{0,4}"
_NUMBER: Final = r"^-?\d{1,9}[) ]{0,4}"
_OUT: Final = rf"(?:{_QUOTE}|{_NUMBER})"
_OR: Final = r"(?:\b(?:or|and|xor|having|where|rlike)\b|\|\||&&)[ (]{0,4}(?:not )?"
_CONSTANT: Final = r"(?:'[^']{0,24}'?|\"[^\"]{0,24}\"?|-?\d{1,9}|0x[0-9a-f]{1,16})"
_COMPARED: Final = r"[ )]{0,3}(?:=|<|>|!=|like\b|between\b|in ?\(|is )"
_CALLED: Final = (
    r"(?:ascii|ord|substr|substring|mid|char|chr|concat|ifnull|length|exists|elt|make_set|convert"
    r"|cast|user|version|database|iif|if|count) ?\("
)
_SELECTED: Final = r"(?:null|top |distinct|\*|@|-?\d|['\"(]|[\w.`]{1,40} ?[,(]|[\w.`]{1,40} from )"
_STATEMENTS: Final = r"(?:select|insert|update|delete|drop|exec|declare|waitfor|shutdown|create|if)"
SQL: Final = _any(
    rf"\bunion (?:all |distinct )?\(?select ?{_SELECTED}|{_OUT}union (?:all )?select\b",
    # a comparison with a constant first, which needs no column: 1=1, 'a'='a'
    rf"{_OR}{_CONSTANT}{_COMPARED} ?[\w'\"(-]",
    rf"{_OUT}{_OR}{_CONSTANT} ?(?:--|#)|{_QUOTE}{_OR}(?:{_CONSTANT}$|[\w.]{{1,24}}{_COMPARED})",
    rf"{_OR}(?:{_CALLED}|\(?select\b ?{_SELECTED})",
    # the rest of the statement becomes a comment
    rf"{_QUOTE}[); ]{{0,4}}(?:--|#)[\w +-]{{0,8}}$",
    rf"{_OUT}(?:order|group) by \d{{1,5}}\b",
    r"\b(?:order|group) by \d{1,5} ?(?:--|#)",
    rf"{_OUT}; ?{_STATEMENTS} ?(?:\(|{_SELECTED}|into |from |table |delay )",
    r"\b(?:pg_sleep|extractvalue|updatexml|load_file|randomblob|gtid_subset|xmltype) ?\(",
    r"\b(?:dbms|utl)_\w{3,20}\.\w{3,30} ?\(|\bxp_cmdshell\b",
    r"\b(?:sleep|benchmark) ?\( ?\d|waitfor delay|into (?:out|dump)file ",
    r"\( ?select ?(?:\(|\d|\*|@@|(?:count|concat|char|user|database|version) ?\(|case )",
    r"\bfrom (?:information_schema\.|sysobjects\b|pg_catalog\.|all_tables\b|sqlite_master\b)",
)
# Programs that send whole statements to a database break out of nothing.
STATEMENT: Final = re.compile(
    rb'[" ]{0,2}(?:select|insert|update|delete|create|alter|show|with|explain|use|set|drop) '
)
# Comments stand for blanks ("or/**/1=1").
COMMENT: Final = re.compile(rb"/\*!?\d{0,6}|\*/")
# Without one of these in lower case, or however they may be encoded, no pattern fits; they are much
# faster to look for than to decode.
_SIGNS: Final = ("<", "'", '"', ";", "||", "&&", "script:", "by ", "and ", "or ", "sleep(")
_CALLS: Final = ("xml(", "value(", "subset(", "file(", "type(")
_WORDS: Final = ("select", "benchmark", "waitfor", "outfile", "dumpfile", "schema", "cmdshell")
_NAMES: Final = ("blob", "dbms_", "utl_", "cookie")
_ENCODED: Final = ("%25", "u003c", "u0027", "u0022")  # encoded twice, and in JSON
HINTS: Final = tuple(
    dict.fromkeys(
        form.encode()
        for sign in (*_SIGNS, *_CALLS, *_WORDS, *_NAMES, *_ENCODED)
        for form in (
            sign,
            quote(sign, safe="%").lower(),
            *(sign.replace(" ", each) for each in "+/"),
        )
    )
)
