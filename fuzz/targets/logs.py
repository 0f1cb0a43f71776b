"""Zeek logs in both forms."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from capture.builtin.engine import analyse
from capture.errors import UnreadableInputError
from capture.schema import SCHEMAS
from capture.zeek_format import parse_log
from capture.zeek_format.writing import Form, log_bytes
from fuzz.seeds.corpus import Corpus, spread
from fuzz.target import Input, Target

_ROWS: Final = 4
_SAMPLES: Final = 8
_BATCH: Final = 100
_NAMES: Final = tuple(SCHEMAS)
_TSV_TOKENS: Final = (
    *(b"\t", b"\n", b"\r\n", b"#fields\t", b"#separator \\x09\n", b"#set_separator\t;\n", b"\\x"),
    *(b"#empty_field\t-\n", b"#unset_field\t\n", b"#separator \\x2c\n", b"(empty)", b"-", b"nan"),
    *(b"1e308", b"-9223372036854775808", b"\xff", b"\0", b"T", b"2026-11-22T00:00:00.5Z"),
)
_JSON_TOKENS: Final = (
    *(b"{", b"}", b"[", b"]", b'"', b":", b",", b"null", b"true", b"1e400", b"-0", b"\n", b"\\u"),
    *(b"{}\n", b'"ts":', b'"cert_chain_fps":', b"[" * 500, b'{"a":' * 100, b"9" * 400, b"\\ud800"),
    *(
        b'"2026-11-22T00:00:00.5Z"',
        b"NaN",
        b"Infinity",
        b"\xff",
        b"\0",
        b"[[]]",
        b'{"id.orig_h":1}',
    ),
)


def _made(corpus: Corpus, form: Form) -> list[bytes]:
    logs = [analyse(path) for path in corpus.captures[:_SAMPLES]]
    return [log_bytes(each.table(name).head(_ROWS), name, form) for each in logs for name in _NAMES]


def _tsv_seeds(corpus: Corpus) -> list[Input]:
    """Return logs in parts: the header, then each row."""
    found = [log for log in corpus.logs(*_NAMES) if not log.lstrip().startswith(b"{")]
    logs = [log.splitlines(keepends=True) for log in spread(found) + _made(corpus, "tsv")]
    return [
        (
            b"".join(line for line in lines if line.startswith(b"#")),
            *(line for line in lines if not line.startswith(b"#")),
        )
        for lines in logs
    ]


def _json_seeds(corpus: Corpus) -> list[Input]:
    """Return logs in parts: each row."""
    found = [log for log in corpus.logs(*_NAMES) if log.lstrip().startswith(b"{")]
    logs = [log.splitlines(keepends=True) for log in spread(found) + _made(corpus, "json")]
    return [tuple(lines) for lines in logs if lines]


def _read_tsv(inputs: Sequence[Input], _: Path) -> None:
    """Read the rows of all inputs below the header of the first."""
    first, *others = inputs
    _read(b"".join(first) + b"".join(row for parts in others for row in parts[1:]))


def _read_json(inputs: Sequence[Input], _: Path) -> None:
    """Read the first input by itself, since one bad row changes how all are read, then all."""
    _read(b"".join(inputs[0]))
    _read(b"".join(row for parts in inputs for row in parts))


def _read(content: bytes) -> None:
    """Read it as one of the four logs, which one and with which columns its bytes decide."""
    choice = zlib.crc32(content)
    name = _named(content) or _NAMES[choice % len(_NAMES)]
    try:
        table = parse_log(content, name, keep_extra=bool(choice & 0x80))
    except UnreadableInputError:
        return
    if list(table.columns)[: len(SCHEMAS[name])] != list(SCHEMAS[name]):
        raise AssertionError("a column of the schema is missing")


def _named(content: bytes) -> str | None:
    """Return the log that the header says it is."""
    at = content.find(b"#path\t")
    rest = content[at + 6 : at + 12] if at >= 0 else b""
    return next((name for name in _NAMES if rest.startswith(name.encode())), None)


TARGETS: Final = (
    Target("zeek-tsv", _tsv_seeds, _read_tsv, batch=_BATCH, tokens=_TSV_TOKENS, longest=6000),
    Target("zeek-json", _json_seeds, _read_json, batch=_BATCH, tokens=_JSON_TOKENS, longest=6000),
)
