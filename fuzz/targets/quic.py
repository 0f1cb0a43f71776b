"""QUIC: datagrams as they are sent, and what Initial packets hold once they are decrypted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from capture.builtin.connection import Connection
from capture.builtin.quic.initial_keys import initial_keys
from capture.builtin.quic.stream import QuicStream
from capture.builtin.quic.versions import VERSIONS
from capture.builtin.segment import Segment
from capture.builtin.tls.connection import TlsConnection
from fuzz.seeds import handshakes
from fuzz.seeds.corpus import Corpus
from fuzz.target import Input, Target
from fuzz.targets.tls import write_tables

_MOST_SEEDS: Final = 300
_BATCH: Final = 1000
_CLIENT_ID: Final = b"chosenid"
_LEAST_PAYLOAD: Final = 1162
_TAG: Final = 16
_LONGEST_PIECE: Final = 400
_TOKENS: Final = (
    *(bytes((kind,)) for kind in (0, 1, 2, 3, 6, 0x1C)),
    *(b"\x3f", b"\x7f\xff", b"\xbf\xff\xff\xff", b"\xff" * 8),
    *(number.to_bytes(4, "big") for number in VERSIONS),
)


def _datagram_seeds(corpus: Corpus) -> list[Input]:
    talks = [talk.messages for talk in corpus.said("udp")]
    found = [talk for talk in talks if len(talk[0]) > 1200 and talk[0][1] & 0xC0 == 0xC0]
    return found[:: max(len(found) // _MOST_SEEDS, 1)]


def _crypto_seeds(corpus: Corpus) -> list[Input]:
    """Return decrypted payloads, one a part, behind a byte that tells the side."""
    clients = handshakes.bodies(corpus, handshakes.CLIENT_HELLO)
    servers = handshakes.bodies(corpus, handshakes.SERVER_HELLO)
    return [
        (*_pieces(1, 1, client), *_pieces(0, 2, servers[number % len(servers)]))
        for number, client in enumerate(clients)
    ]


def _pieces(side: int, kind: int, body: bytes) -> list[bytes]:
    message = bytes((kind,)) + len(body).to_bytes(3, "big") + body
    starts = range(0, len(message), _LONGEST_PIECE)
    pieces = [(start, message[start : start + _LONGEST_PIECE]) for start in starts]
    return [
        bytes((side, 6)) + _integer(start) + _integer(len(piece)) + piece
        for start, piece in reversed(pieces)
    ]


def _integer(value: int) -> bytes:
    return (0x80000000 | value).to_bytes(4, "big")


def protected(payload: bytes, number: int, *, of_client: bool) -> bytes:
    """Return an Initial packet of version 1 around a payload (RFC 9001, 5.3 and 5.4)."""
    keys = initial_keys(VERSIONS[1], _CLIENT_ID, of_client=of_client)
    payload = payload.ljust(_LEAST_PAYLOAD, b"\0")
    header = b"\xc3\0\0\0\x01" + bytes((len(_CLIENT_ID),)) + _CLIENT_ID + b"\0\0"
    header += _integer(4 + len(payload) + _TAG)
    first = len(header)
    header += number.to_bytes(4, "big")
    nonce = (int.from_bytes(keys.iv, "big") ^ number).to_bytes(12, "big")
    sealed = AESGCM(keys.key).encrypt(nonce, payload, header)
    mode = ECB()  # noqa: S305 - a mask of one block, no message
    mask = Cipher(AES(keys.header_key), mode).encryptor().update(sealed[:16])
    hidden = bytes(one ^ other for one, other in zip(header[first:], mask[1:], strict=False))
    return bytes((header[0] ^ mask[0] & 0x0F,)) + header[1:first] + hidden + sealed


def _datagrams(parts: Input) -> list[bytes]:
    return [
        part[:1] + protected(part[1:], number, of_client=bool(part[:1] and part[0] & 1))
        for number, part in enumerate(parts)
    ]


def _run_datagrams(inputs: Sequence[Input], _: Path) -> None:
    _write([_read(parts) for parts in inputs])


def _run_crypto(inputs: Sequence[Input], _: Path) -> None:
    _write([_read(_datagrams(parts)) for parts in inputs])


def _read(datagrams: Sequence[bytes]) -> TlsConnection | None:
    stream = QuicStream()
    stream.read(
        Segment(number, bool(datagram[:1] and datagram[0] & 1), datagram[1:])
        for number, datagram in enumerate(datagrams)
    )
    return stream.result()


def _write(results: Sequence[TlsConnection | None]) -> None:
    connection = Connection("C1", "192.0.2.1", 40_000, "192.0.2.2", 443, "udp")
    write_tables([(connection, found) for found in results if found is not None])


TARGETS: Final = (
    Target("quic", _datagram_seeds, _run_datagrams, batch=_BATCH, tokens=_TOKENS, longest=3000),
    Target("quic-crypto", _crypto_seeds, _run_crypto, batch=_BATCH, tokens=_TOKENS, longest=3000),
)
