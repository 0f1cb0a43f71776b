import numpy as np
import pytest

from module3.flows import FlowBuilder
from module3.passwords import credentials
from module3.table import flow_table
from tests.capture.builtin.flows.packet_blocks import Packet, blocks
from tests.module3.small_flows import CLIENT, SERVER

TEXT = b"<param><value><string>%s</string></value></param>"
BLOGS = b"POST /xmlrpc.php HTTP/1.1\r\n\r\n<methodName>wp.getUsersBlogs</methodName>" + TEXT + TEXT
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"


def passwords(*sent: bytes, size: int = 1 << 16) -> int:
    """Return how many passwords are counted of what a client sends, each answered by a page."""
    packets = [
        Packet(at, *ends, flags="A", payload=payload)
        for at, request in enumerate(sent)
        for ends, payload in (((*CLIENT, *SERVER), request), ((*SERVER, *CLIENT), b"HTTP/1.1 200"))
    ]
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, size)]
    table = flow_table(np.concatenate((*over, builder.finish())), logins=True)
    return int(table["HTTP Passwords"].sum())


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /login HTTP/1.1\r\n" + FORM + b"user=a&pass=b",
        b"POST /login HTTP/1.1\r\n" + FORM + b"session%5Buser%5D=a&session%5Bpassword%5D=b",
        b"GET /brute/?username=admin&password=b&Login=Login HTTP/1.1\r\n\r\n",
        b'POST /api HTTP/1.1\r\n\r\n{"username": "a", "password": "b"}',
        b'POST / HTTP/1.1\r\n\r\n--x\r\nContent-Disposition: form-data; name="pw"\r\n\r\nb\r\n--',
        b"POST /service HTTP/1.1\r\n\r\n<login><user>a</user><Password>b</Password></login>",
        BLOGS % (b"a", b"b"),
    ],
    ids=["form", "form of Rails", "query", "JSON", "multipart", "XML", "by position"],
)
def test_ways_to_send_a_password(request_: bytes) -> None:
    assert passwords(request_) == 1
    assert passwords(request_, request_, request_) == 1


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /news HTTP/1.1\r\n" + FORM + b"page=3&user=joe",
        b"GET /search?q=password+reset HTTP/1.1\r\n\r\n",
        b"GET /news HTTP/1.1\r\nCookie: a=?; pass=word\r\n\r\n",
        b"POST /news HTTP/1.1\r\nCookie: pass=word\r\n\r\npage=3",
        b"PUT /login?pass=b HTTP/1.1\r\n\r\n",
        b"GET /?pw=",
    ],
    ids=["no password", "a word", "cookie", "cookie of a form", "other method", "too short"],
)
def test_what_sends_no_password(request_: bytes) -> None:
    assert passwords(request_) == 0


def test_each_different_password_counts() -> None:
    tries = [b"POST / HTTP/1.1\r\n" + FORM + b"user=a&pass=%d" % number for number in range(5)]
    assert passwords(*tries) == passwords(*tries, size=3) == 5


def test_passwords_that_stand_in_xml_by_position() -> None:
    assert passwords(*[BLOGS % (b"a", b"%d" % number) for number in range(5)]) == 5
    post = BLOGS.replace(b"getUsersBlogs", b"newPost")
    assert passwords(*[post % (b"a", b"%d" % number) for number in range(5)]) == 0


def test_a_body_in_a_packet_of_its_own() -> None:
    head = b"POST /login HTTP/1.1\r\n" + FORM
    assert passwords(head, b"user=a&pass=b", head, b"user=a&pass=c") == 2
    assert passwords(head) == passwords(head, b"page=3&lang=en") == 0


def test_credentials_tell_users_and_passwords_apart() -> None:
    numbers = {credentials(text) for text in (b"user=a&pass=b", b"user=a&pass=c", b"user=b&pass=b")}
    assert len(numbers) == 3
    assert credentials(b"token=1&user=a&pass=b") == credentials(b"user=a&pass=b&token=2")
    assert credentials(b"user=a") == credentials(b"") == 0
