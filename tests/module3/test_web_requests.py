import numpy as np
import pytest

from module3.flow_packets import Payloads
from module3.web_requests import Request, requests
from tests.capture.builtin.flows.packet_blocks import Packet, block
from tests.module3.small_flows import CLIENT, SERVER

FORM = b"POST /form HTTP/1.1\r\nHost: a\r\n\r\n"


def read(*sent: bytes) -> list[Request]:
    """Return the requests in payloads of a client."""
    packets = [Packet(at, *CLIENT, *SERVER, payload=payload) for at, payload in enumerate(sent)]
    none = np.zeros(len(sent), dtype=np.intp)
    payloads = Payloads(block(packets), np.arange(len(sent)), none, none.astype(np.bool_))
    return list(requests(payloads))


def test_target_and_body() -> None:
    found = read(b"GET /a?b=c d HTTP/1.1\r\nHost: x\r\n\r\n", FORM + b"a=b")
    assert found == [Request(0, b"GET", b"/a?b=c d", b""), Request(0, b"POST", b"/form", b"a=b")]


def test_requests_in_one_packet() -> None:
    packet = b"GET /a?b HTTP/1.1\r\n\r\nPUT /c HTTP/1.1\r\n\r\nd=e\r\n\r\nGET /f HTTP/1.0\r\n\r\n"
    assert [(each.target, each.body) for each in read(packet)] == [
        (b"/a?b", b""),
        (b"/c", b"d=e"),
        (b"/f", b""),
    ]


def test_the_body_comes_later() -> None:
    assert read(FORM, b"", b"a=b")[0].body == b"a=b"
    assert read(FORM, FORM + b"a=b")[0].body == b""
    assert read(FORM)[0].body == b""


def test_only_the_last_request_of_a_packet_goes_on_in_the_next() -> None:
    assert [each.body for each in read(FORM * 3, b"a=b")] == [b"", b"", b"a=b"]


def test_requests_without_query_or_code_are_not_read() -> None:
    assert read(b"GET /index.html HTTP/1.1\r\n\r\n", b"TRACE /a?b HTTP/1.1", b"GETTING?????") == []
    assert [each.target for each in read(b"GET /a%3Cb HTTP/1.1\r\n\r\n")] == [b"/a%3Cb"]


@pytest.mark.parametrize("end", [b"", b"HTTP/1.1\r", b" HTTP/1.1\r\nHost: x"])
def test_what_was_cut_off(end: bytes) -> None:
    ((_, method, target, _),) = read(b"GET /page?b=c" + end)
    assert (method, target[:9]) == (b"GET", b"/page?b=c")
