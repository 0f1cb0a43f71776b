import numpy as np
import pytest

from module3.flow_state import COUNTED
from module3.flows import FlowBuilder
from module3.table import flow_table
from tests.capture.builtin.flows.packet_blocks import Packet, blocks
from tests.module3.small_flows import CLIENT, SERVER


def counted(client: bytes, server: bytes, times: int = 1) -> tuple[int, ...]:
    """Return what COUNTED say of a flow in which both sides send something so many times."""
    packets = [
        Packet(at, *ends, flags="A", payload=payload)
        for at in range(times)
        for ends, payload in (((*CLIENT, *SERVER), client), ((*SERVER, *CLIENT), server))
    ]
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, 1 << 16)]
    table = flow_table(np.concatenate((*over, builder.finish())), logins=True)
    found: tuple[int, ...] = table.select(COUNTED).row(0)
    return found


@pytest.mark.parametrize(
    ("client", "server", "expected"),
    [
        (b"SSH-2.0-libssh_0.9", b"SSH-2.0-OpenSSH_9.2", (2, 0, 0, 0, 0)),
        (b"PASS a password", b"530 Login incorrect.\r\n", (0, 1, 0, 0, 0)),
        (b"PASS a password", b"230 Login successful.\r\n", (0, 0, 1, 0, 0)),
        (b"AUTH TLS, please", b"530 Please login with USER and PASS.\r\n", (0, 0, 0, 0, 0)),
        (b"530 Login incorrect.\r\n", b"PASS a password", (0, 1, 0, 0, 0)),
        (b"PASS a password", b"430 Invalid username or password\r\n", (0, 1, 0, 0, 0)),
        (b"ARTICLE <a@example>", b"430 No such article\r\n", (0, 0, 0, 0, 0)),
        (b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n", (0, 0, 0, 1, 0)),
        (b"GET / HTTP/1.1\r\n", b"HTTP/1.0 401 Unauthorized\r\n", (0, 0, 0, 0, 1)),
        (b"SSH-2", b"HTTP/1.1", (0, 0, 0, 0, 0)),
    ],
)
def test_beginnings_that_tell_of_logins(
    client: bytes, server: bytes, expected: tuple[int, ...]
) -> None:
    assert counted(client, server) == expected


def test_each_refusal_counts() -> None:
    assert counted(b"PASS a password", b"530 Login incorrect.\r\n", 3) == (0, 3, 0, 0, 0)
