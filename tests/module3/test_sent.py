from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from module3.flows import FlowBuilder
from module3.table import flow_table
from tests.capture.builtin.flows.packet_blocks import Packet, blocks
from tests.module3.small_flows import CLIENT, SERVER

HEAD = b"POST /guestbook HTTP/1.1\r\nHost: a\r\n\r\n"


def get(query: bytes) -> bytes:
    return b"GET /page?" + query + b" HTTP/1.1\r\nHost: a\r\n\r\n"


def scripts(count: int) -> list[bytes]:
    return [get(b"name=%%3Cscript%%3Ealert(%d)%%3C/script%%3E" % each) for each in range(count)]


def sql(count: int) -> list[bytes]:
    return [get(b"id=1%%27+or+%d%%3D1%%23" % each) for each in range(count)]


def row(sent: Sequence[bytes], size: int = 1 << 16, **more: Any) -> dict[str, Any]:
    """Return what is counted of payloads of a client, each answered by a page."""
    packets = [
        Packet(at, *ends, flags="A", payload=payload, **(more if payload is request else {}))
        for at, request in enumerate(sent)
        for ends, payload in (((*CLIENT, *SERVER), request), ((*SERVER, *CLIENT), b"HTTP/1.1 200"))
    ]
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, size)]
    (found,) = flow_table(np.concatenate((*over, builder.finish())), logins=True).to_dicts()
    return dict(found)


@pytest.mark.parametrize("size", [1, 3, 7, 1 << 16])
def test_different_code_in_one_connection(size: int) -> None:
    found = row([*scripts(9), *sql(6)], size)
    assert (found["HTTP Scripts"], found["HTTP SQL"]) == (9, 6)
    assert all(len(set(found[name])) == 4 for name in ("HTTP Latest Scripts", "HTTP Latest SQL"))


def test_the_same_code_counts_once() -> None:
    found = row([*scripts(4)] * 5)
    assert found["HTTP Scripts"] == 4
    assert row(scripts(1) * 5)["HTTP Latest Scripts"][1:] == [0, 0, 0]


def test_requests_that_wait_for_no_reply() -> None:
    found = row([b"".join(scripts(5)) + b"".join(sql(3))])
    assert (found["HTTP Scripts"], found["HTTP SQL"]) == (5, 3)


def test_a_body_in_a_packet_of_its_own() -> None:
    assert row([HEAD, b"text=<script>alert(1)</script>"])["HTTP Scripts"] == 1
    assert row([HEAD, *scripts(1)])["HTTP Scripts"] == 1  # the next request is no body


def test_requests_that_were_cut_off() -> None:
    (request,) = scripts(1)
    assert row([request], captured=45)["HTTP Scripts"] == 1
    assert row([request], captured=10)["HTTP Scripts"] == 0


def test_code_is_no_password() -> None:
    found = row([get(b"user=a&password=%27+or+1%3D1%23"), get(b"user=a&password=b")])
    assert (found["HTTP Passwords"], found["HTTP SQL"]) == (1, 1)


def test_other_payloads_are_not_read() -> None:
    code = b"<script>alert(1)</script>"
    assert row([b"HTTP/1.1 200 OK\r\n\r\n" + code, b"EHLO a?" + code])["HTTP Scripts"] == 0


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"PUT", b"POST"])
def test_methods(method: bytes) -> None:
    (request,) = sql(1)
    assert row([request.replace(b"GET", method)])["HTTP SQL"] == 1
