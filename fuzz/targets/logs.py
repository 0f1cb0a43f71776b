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
from fuzz.target import Input, Target, buffers

_ROWS: Final = 8
_SAMPLES: Final = 8
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
    found = [log for log in corpus.logs(*_NAMES) if not log.lstrip().startswith(b"{")]
    return buffers(spread(found) + _made(corpus, "tsv"))


def _json_seeds(corpus: Corpus) -> list[Input]:
    found = [log for log in corpus.logs(*_NAMES) if log.lstrip().startswith(b"{")]
    return buffers(spread(found) + _made(corpus, "json"))


def _run(inputs: Sequence[Input], _: Path) -> None:
    """Read each as one of the four logs, which one and with which columns its bytes decide."""
    for parts in inputs:
        content = b"".join(parts)
        choice = zlib.crc32(content)
        name = _named(content) or _NAMES[choice % len(_NAMES)]
        table = parse_log(content, name, keep_extra=bool(choice & 0x80))
        if list(table.columns)[: len(SCHEMAS[name])] != list(SCHEMAS[name]):
            raise AssertionError("a column of the schema is missing")


def _named(content: bytes) -> str | None:
    """Return the log that the header says it is."""
    at = content.find(b"#path\t")
    rest = content[at + 6 : at + 12] if at >= 0 else b""
    return next((name for name in _NAMES if rest.startswith(name.encode())), None)


TARGETS: Final = (
    Target("zeek-tsv", _tsv_seeds, _run, (UnreadableInputError,), tokens=_TSV_TOKENS),
    Target("zeek-json", _json_seeds, _run, (UnreadableInputError,), tokens=_JSON_TOKENS),
)
