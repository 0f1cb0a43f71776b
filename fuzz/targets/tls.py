"""TLS over TCP and UDP, SSL 2, hellos with their fingerprints, certificates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.log_rows import LogRows
from capture.builtin.log_tables import LogTables
from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from capture.builtin.tls.fingerprints.client_offer import client_offer
from capture.builtin.tls.fingerprints.ja3 import ja3, ja3s
from capture.builtin.tls.fingerprints.ja4 import ja4
from capture.builtin.tls.hello import (
    SERVER_NAME,
    MalformedMessageError,
    parse_client_hello,
    parse_server_hello,
    server_names,
)
from capture.builtin.tls.stream import TlsStream
from capture.builtin.x509.certificate import parse_certificate
from capture.distinguished_name import attributes
from capture.zeek_format.writing import log_bytes
from fuzz.seeds import examples, handshakes
from fuzz.seeds.corpus import Corpus
from fuzz.target import Input, Target, buffers, one

_MOST_SEEDS: Final = 500
_BATCH: Final = 1000
_TLS_TOKENS: Final = (
    *(bytes((kind, 3, 3, 0, 4)) for kind in (20, 21, 22, 23, 24)),
    *(bytes((kind, 0, 0, 0)) for kind in (0, 1, 2, 11, 12, 14, 16)),
    b"\x16\x03\x01\0\0",
    b"\x16\x03\x03\xff\xff",
)
_EXTENSION_TOKENS: Final = tuple(
    kind.to_bytes(2, "big") for kind in (0, 10, 11, 13, 16, 35, 41, 43, 51, 0x0A0A, 0xFE0D, 0xFFCE)
)
_DER_TOKENS: Final = (
    *(
        bytes((tag, length))
        for tag in (2, 3, 4, 5, 6, 12, 23, 24, 30, 48, 49, 160, 163)
        for length in (0, 0x80, 0x84, 0xFF)
    ),
    b"\x30\x88\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\x06\x03\x55\x1d\x11",
    b"\x06\x03\x55\x1d\x13",
    b"\x17\x0d991332256161Z",
    b"\x18\x0f99991231235959Z",
)


def _tls_seeds(corpus: Corpus) -> list[Input]:
    talks = [talk.messages for talk in corpus.said("tcp") if handshakes.begins_as_tls(talk)]
    return talks[:: max(len(talks) // _MOST_SEEDS, 1)]


def _dtls_seeds(corpus: Corpus) -> list[Input]:
    talks = [talk.messages for talk in corpus.said("udp")]
    found = [talk for talk in talks if talk[0][1:3] == b"\x16\xfe"]
    return [*examples.DTLS, *found[:_MOST_SEEDS]]


def _read_streams(inputs: Sequence[Input], *, datagrams: bool) -> None:
    found = []
    for number, parts in enumerate(inputs):
        seen = _read(parts, datagrams)
        if seen is not None:
            protocol = "udp" if datagrams else "tcp"
            connection = Connection(f"C{number}", "192.0.2.1", 40_000, "192.0.2.2", 443, protocol)
            found.append((connection, seen))
    write_tables(found)


def write_tables(found: Sequence[tuple[Connection, TlsConnection]]) -> None:
    """Make the tables of connections and write them."""
    logs = LogTables()
    rows = LogRows(logs.add)
    for connection, seen in found:
        rows.tls.add(connection, seen)
    rows.finish()
    for name in ("ssl", "x509"):
        table = pl.concat(logs.batches(name))
        log_bytes(table, name, "tsv")
        log_bytes(table, name, "json")


def _read(parts: Iterable[bytes], datagrams: bool) -> TlsConnection | None:
    stream = TlsStream(datagrams=datagrams)
    stream.read(
        Segment(number, bool(part[:1] and part[0] & 1), part[1:])
        for number, part in enumerate(parts)
    )
    return stream.result()


def _run_tcp(inputs: Sequence[Input], _: Path) -> None:
    _read_streams(inputs, datagrams=False)


def _run_udp(inputs: Sequence[Input], _: Path) -> None:
    _read_streams(inputs, datagrams=True)


def _read_client_hello(body: bytes) -> None:
    hello = parse_client_hello(body)
    offer = client_offer(hello)
    ja3(offer)
    ja4(offer)
    ja4(offer, over_udp=True)
    _, contents, _ = hello.extensions
    server_names(contents.get(SERVER_NAME, b""))


def _read_server_hello(body: bytes) -> None:
    ja3s(parse_server_hello(body))


def _read_certificate(der: bytes) -> None:
    certificate = parse_certificate(der)
    for name in (certificate.subject, certificate.issuer):
        attributes(name or "")


TARGETS: Final = (
    Target("tls", _tls_seeds, _run_tcp, batch=_BATCH, tokens=_TLS_TOKENS, longest=20_000),
    Target("ssl2", lambda _: list(examples.SSL2), _run_tcp, batch=_BATCH, longest=4000),
    Target("dtls", _dtls_seeds, _run_udp, batch=_BATCH, tokens=(b"\x16\xfe\xfd",), longest=4000),
    Target(
        "client-hello",
        lambda corpus: buffers(handshakes.bodies(corpus, handshakes.CLIENT_HELLO)),
        one(_read_client_hello),
        (MalformedMessageError,),
        tokens=_EXTENSION_TOKENS,
    ),
    Target(
        "server-hello",
        lambda corpus: buffers(handshakes.bodies(corpus, handshakes.SERVER_HELLO)),
        one(_read_server_hello),
        (MalformedMessageError,),
        tokens=_EXTENSION_TOKENS,
    ),
    Target(
        "certificate",
        lambda corpus: buffers(handshakes.certificates(corpus)),
        one(_read_certificate),
        tokens=_DER_TOKENS,
    ),
)
