"""StartTLS of LDAP."""

import pytest

from capture.builtin.tls.upgrade.ldap import Ldap
from tests.capture.builtin.tls.upgrade.conversations import talk
from tests.capture.builtin.x509.certificates import tlv

IDENTIFIER = tlv(2, b"\x01")
REQUEST = tlv(0x30, IDENTIFIER, tlv(0x77, tlv(0x80, b"1.3.6.1.4.1.1466.20037")))
OTHER_REQUEST = tlv(0x30, IDENTIFIER, tlv(0x77, tlv(0x80, b"1.3.6.1.4.1.4203.1.11.3")))
SEARCH = tlv(0x30, IDENTIFIER, tlv(0x63, tlv(4, b"x" * 200)))
RESULT = tlv(0x30, IDENTIFIER, tlv(0x65, tlv(10, b"\0")))


def answer(code: bytes) -> bytes:
    return tlv(0x30, IDENTIFIER, tlv(0x78, tlv(10, code), tlv(4), tlv(4)))


@pytest.mark.parametrize("portion", [1, 1000])
def test_agreement_switches(portion):
    conversation = (("C", SEARCH), ("S", RESULT), ("C", REQUEST), ("S", answer(b"\0")))
    recogniser = talk(Ldap(), *conversation, portion=portion)
    assert recogniser.switched
    assert (recogniser.client, recogniser.server) == (b"", b"")


@pytest.mark.parametrize(
    "conversation",
    [
        (("C", REQUEST), ("S", answer(b"\x34"))),
        (("C", OTHER_REQUEST), ("S", answer(b"\0"))),
        (("C", REQUEST), ("S", RESULT)),
        (("S", answer(b"\0")),),
    ],
)
def test_refusal_or_another_operation_does_not_switch(conversation):
    assert not talk(Ldap(), *conversation).switched


@pytest.mark.parametrize("garbage", [b"GET /", b"\x30\x8f" + bytes(20)])
def test_garbage_is_given_up(garbage):
    assert talk(Ldap(), ("C", garbage)).finished
