"""DNS messages, by themselves and in TCP streams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from capture.builtin.connection import Connection
from capture.builtin.dns.tables import DnsLog
from capture.builtin.dns.tcp import DnsTcpStream
from capture.builtin.log_rows import BYTES_IN_MEMORY
from capture.builtin.segment import Segment
from capture.zeek_format.writing import log_bytes
from fuzz.seeds.corpus import Corpus, spread
from fuzz.target import Input, Target, buffers

_PORTS: Final = (53, 137, 5353, 5355)
_DNS: Final = 53
_TOKENS: Final = (
    *(b"\xc0\x0c", b"\xc0\x0d", b"\xff\xff", b"\x3f", b"\x07example\0", b"\0\x01\0\x01"),
    *(kind.to_bytes(2, "big") + b"\0\x01\0\0\0\x3c" for kind in (1, 5, 6, 16, 28, 33, 46, 47, 65)),
    b"\x81\x80\0\x01\xff\xff\0\0\0\0",
)


def _messages(corpus: Corpus) -> list[bytes]:
    talks = [talk for talk in corpus.said("udp") if talk.second_port in _PORTS]
    return spread(said[1:] for talk in talks for said in talk.messages)


def _seeds(corpus: Corpus) -> list[Input]:
    return buffers(_messages(corpus))


def _tcp_seeds(corpus: Corpus) -> list[Input]:
    talks = [talk.messages for talk in corpus.said("tcp") if talk.second_port == _DNS]
    messages = _messages(corpus)
    made = [
        tuple(
            bytes((number % 2 == 0,)) + len(said).to_bytes(2, "big") + said
            for number, said in enumerate(messages[at : at + 4])
        )
        for at in range(0, len(messages), 4)
    ]
    return talks + made


def _run(inputs: Sequence[Input], _: Path) -> None:
    """Read each message on two ports, in flows of a few, as a query and as an answer."""
    log = DnsLog(_write, BYTES_IN_MEMORY)
    flows = {}
    for number, parts in enumerate(inputs):
        for port in (_DNS, 137):
            flow = Connection(f"C{number // 8}", "192.0.2.1", 4000, "192.0.2.2", port, "udp")
            log.feed(flow, number, number % 2 == 0, b"".join(parts))
            flows[flow.uid] = flow
    for flow in flows.values():
        log.end(flow)
    log.finish()


def _run_tcp(inputs: Sequence[Input], _: Path) -> None:
    log = DnsLog(_write, BYTES_IN_MEMORY)
    for number, parts in enumerate(inputs):
        flow = Connection(f"C{number}", "192.0.2.1", 4000, "192.0.2.2", _DNS, "tcp")
        stream = DnsTcpStream()
        messages = []
        for part in parts:
            side = bool(part[:1] and part[0] & 1)
            messages += stream.feed(
                Segment(number, side, part[1:], missing=int(part[:1] > b"\x7f"))
            )
        for message in (*messages, *stream.flush()):
            log.feed(flow, *message[:3])
        log.end(flow)
    log.finish()


def _write(rows: pl.DataFrame) -> None:
    log_bytes(rows, "dns", "tsv")
    log_bytes(rows, "dns", "json")


TARGETS: Final = (
    Target("dns", _seeds, _run, batch=400, tokens=_TOKENS),
    Target("dns-tcp", _tcp_seeds, _run_tcp, batch=1000, tokens=_TOKENS),
)
