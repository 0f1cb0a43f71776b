"""STARTTLS of XMPP."""

import pytest

from capture.builtin.tls.upgrade.xmpp import Xmpp
from tests.capture.builtin.tls.upgrade.conversations import talk

OPENED = (
    ("C", b"<?xml version='1.0'?><stream:stream to='a'>"),
    ("S", b"<stream:stream><stream:features><starttls xmlns='x'/></stream:features>"),
)


@pytest.mark.parametrize("portion", [1, 1000])
@pytest.mark.parametrize("request_", [b"<starttls xmlns='x'/>", b"<starttls xmlns='x'></starttls>"])
@pytest.mark.parametrize("answer", [b"<proceed xmlns='x'/>", b"<proceed xmlns='x'></proceed>"])
def test_agreement_switches(request_, answer, portion):
    recogniser = talk(Xmpp(), *OPENED, ("C", request_), ("S", answer), portion=portion)
    assert recogniser.switched
    assert (recogniser.client, recogniser.server) == (b"", b"")


def test_failure_does_not_switch():
    conversation = (*OPENED, ("C", b"<starttls xmlns='x'/>"), ("S", b"<failure xmlns='x'/>"))
    assert not talk(Xmpp(), *conversation).switched


def test_proceed_that_nobody_asked_for_does_not_switch():
    assert not talk(Xmpp(), *OPENED, ("S", b"<proceed xmlns='x'/>")).switched
