"""Security negotiation of RDP."""

import pytest

from capture.builtin.tls.upgrade.remote_desktop import RemoteDesktop
from tests.capture.builtin.tls.upgrade.conversations import talk


def tpkt(payload: bytes) -> bytes:
    return b"\x03\0" + (4 + len(payload)).to_bytes(2, "big") + payload


REQUEST = tpkt(b"\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0")
CONFIRM = b"\x0e\xd0\0\0\x12\x34\0"


@pytest.mark.parametrize("portion", [1, 1000])
@pytest.mark.parametrize("selected", [1, 2, 8])
def test_agreement_switches(selected, portion):
    confirm = tpkt(CONFIRM + b"\x02\0\x08\0" + selected.to_bytes(4, "little"))
    recogniser = talk(RemoteDesktop(), ("C", REQUEST), ("S", confirm), portion=portion)
    assert recogniser.switched
    assert (recogniser.client, recogniser.server) == (b"", b"")


@pytest.mark.parametrize(
    "conversation",
    [
        (("C", REQUEST), ("S", tpkt(CONFIRM + b"\x02\0\x08\0\0\0\0\0"))),
        (("C", REQUEST), ("S", tpkt(CONFIRM + b"\x03\0\x08\0\x05\0\0\0"))),
        (("C", REQUEST), ("S", tpkt(CONFIRM))),
        (("C", b"\x16\x03\0\x04"),),
        (("S", tpkt(CONFIRM + b"\x02\0\x08\0\x01\0\0\0")),),
    ],
)
def test_other_security_is_given_up(conversation):
    recogniser = talk(RemoteDesktop(), *conversation)
    assert recogniser.finished
    assert not recogniser.switched
