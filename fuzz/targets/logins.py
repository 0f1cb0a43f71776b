"""Flows with all that tells of logins, and the rules that know guessing and scans by it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from polars.testing import assert_frame_equal

from fuzz.seeds.corpus import Conversation, Corpus, Segment
from fuzz.target import Input, Target
from fuzz.targets.connections import described, packets_of
from module3.features import flows_of_capture
from module3.flow_state import TRIES
from module3.repetition import repeated
from pcaps.generate.writer import pcap_bytes

_SYN, _DATA = 2, 24
_MILLISECOND: Final = 10**6
_MOST_SEEDS: Final = 100
_PORTS: Final = (21, 22, 80, 8080)
# What client and server say in turn, the client first. Of SSH only the lengths matter.
_SSH: Final = [
    *(b"SSH-2.0-client\r\n", b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", bytes(904), bytes(1112)),
    *(bytes(48), bytes(524), bytes(60), bytes(44), bytes(60), bytes(76), bytes(84), bytes(28)),
]
_FTP: Final = [
    *(b"AUTH TLS\r\n", b"530 Please login with USER and PASS.\r\n", b"USER root\r\n"),
    *(b"331 Password, please.\r\n", b"PASS a\r\n", b"530 Login incorrect.\r\n", b"PASS b\r\n"),
    *(b"230 Login successful.\r\n", b"QUIT\r\n"),
]
_FORM: Final = b"POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
_JSON: Final = b'POST /login HTTP/1.1\r\n\r\n{"username": "a", "password": "b"}'
_HTTP: Final = [
    *(_FORM + b"user=a&pass=b", b"HTTP/1.1 200 OK\r\n\r\n", _FORM, b"HTTP/1.1 100 Continue"),
    *(b"user=a&pass=c", b"HTTP/1.1 401 Unauthorized\r\n\r\n", _JSON, b"HTTP/1.1 200 OK\r\n\r\n"),
    *(b"GET /?username=a&password=b HTTP/1.1\r\n\r\n", b"GET /?id=1%27+or+1=1--+ HTTP/1.1\r\n\r\n"),
    b"GET /?name=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1\r\n\r\n",
]
_TOKENS: Final = (
    *(b"SSH-", b"530 ", b"230 ", b"HTTP/1.1 401", b"POST ", b"GET ", b"\r\n\r\n", b"?", b"pass="),
    *(b'password": "', b'name="pwd"\r\n\r\n', b"Please l", b"' or 1=1--", b" union select null,"),
    *(b"%27", b"<script>", b'" onload=', b"\\u0027", b"/*"),
)
_WITHOUT_BLOCKS: Final = (
    *("SSH Banners", "SSH Refusals", "SSH Logins", "FTP Refusals", "FTP Logins"),
    *TRIES,
)
_SMALL_BLOCK: Final = 50


def _seeds(corpus: Corpus) -> Sequence[Input]:
    made = [_talk(22, _SSH), _talk(21, _FTP), _talk(80, _HTTP)]
    talks = [talk for talk in corpus.conversations if talk.is_tcp and talk.second_port in _PORTS]
    return [described(talk) for talk in [*made, *talks[:_MOST_SEEDS]]]


def _talk(port: int, said: Sequence[bytes]) -> Conversation:
    payloads = [(_SYN, True, b""), *((_DATA, not at % 2, text) for at, text in enumerate(said))]
    segments = (
        Segment(at * _MILLISECOND, from_first, flags, 0, 0, 1000, payload)
        for at, (flags, from_first, payload) in enumerate(payloads)
    )
    return Conversation(6, 40000, port, tuple(segments))


def _run(inputs: Sequence[Input], scratch: Path) -> None:
    packets = [
        packet for number, parts in enumerate(inputs) for packet in packets_of(number, parts)
    ]
    packets.sort(key=lambda packet: packet.time_ns)
    path = scratch / "logins.pcap"
    path.write_bytes(pcap_bytes(packets))
    flows = flows_of_capture(path, logins=True).table
    if len(repeated(flows)) != len(flows):
        raise AssertionError("not one answer a flow")
    small = flows_of_capture(path, logins=True, packets_per_block=_SMALL_BLOCK).table
    assert_frame_equal(flows.select(_WITHOUT_BLOCKS), small.select(_WITHOUT_BLOCKS))


TARGETS: Final = (Target("logins", _seeds, _run, batch=400, tokens=_TOKENS, longest=4000),)
