"""STARTTLS of the protocols that speak in lines."""

import pytest

from capture.builtin.tls.upgrade.command_lines import CommandLines
from tests.capture.builtin.tls.upgrade.conversations import talk

SMTP = (("S", b"220 mail\r\n"), ("C", b"EHLO a\r\n"), ("S", b"250-mail\r\n250 STARTTLS\r\n"))


@pytest.mark.parametrize("portion", [1, 1000])
@pytest.mark.parametrize(
    "conversation",
    [
        (*SMTP, ("C", b"STARTTLS\r\n"), ("S", b"220 go ahead\r\n")),
        (*SMTP, ("C", b"starttls \r\n"), ("S", b"220 go ahead\r\n")),
        (*SMTP, ("C", b"X-ANONYMOUSTLS\r\n"), ("S", b"220 go\r\n")),
        (
            ("S", b"* OK IMAP\r\n"),
            ("C", b"a1 CAPABILITY\r\na.2 STARTTLS\r\n"),
            ("S", b"* CAPABILITY STARTTLS\r\na1 OK done\r\na.2 OK begin\r\n"),
        ),
        (("S", b"+OK POP3\r\n"), ("C", b"STLS\r\n"), ("S", b"+OK begin\r\n")),
        (("S", b"220 FTP\r\n"), ("C", b"AUTH TLS\r\n"), ("S", b"234 go\r\n")),
        (("S", b"220 FTP\r\n"), ("C", b"auth ssl\r\n"), ("S", b"234 go\r\n")),
        (("S", b"200 news\r\n"), ("C", b"STARTTLS\r\n"), ("S", b"382 go\r\n")),
        (("S", b'"IMPLEMENTATION" "x"\r\nOK\r\n'), ("C", b"STARTTLS\r\n"), ("S", b"OK\r\n")),
        (
            ("C", b"CAP LS\r\nSTARTTLS\r\n"),
            ("S", b":irc.example NOTICE * :hello\r\n:irc.example 670 * :STARTTLS successful\r\n"),
        ),
    ],
)
def test_agreement_switches(conversation, portion):
    recogniser = talk(CommandLines(), *conversation, portion=portion)
    assert recogniser.switched
    assert (recogniser.client, recogniser.server) == (b"", b"")


@pytest.mark.parametrize(
    "conversation",
    [
        (*SMTP, ("C", b"STARTTLS\r\n"), ("S", b"454 not now\r\n")),
        (*SMTP, ("C", b"MAIL FROM:<starttls@a>\r\n"), ("S", b"220 odd\r\n")),
        (("S", b"* OK\r\n"), ("C", b"a STARTTLS\r\n"), ("S", b"b OK\r\na BAD no\r\n")),
        (("S", b"+OK\r\n"), ("C", b"STLS\r\n"), ("S", b"-ERR no\r\n")),
        (("S", b"220 FTP\r\n"), ("C", b"AUTH KERBEROS_V4\r\n"), ("S", b"234 go\r\n")),
        (("C", b"STARTTLS\r\n"), ("S", b":irc.example 691 * :no TLS\r\n220 odd\r\n")),
    ],
)
def test_refusal_or_another_command_does_not_switch(conversation):
    assert not talk(CommandLines(), *conversation).switched


def test_second_attempt_after_a_refusal():
    recogniser = talk(
        CommandLines(),
        ("S", b"220 FTP\r\n"),
        ("C", b"AUTH SSL\r\nAUTH TLS\r\n"),
        ("S", b"500 unknown\r\n234 go\r\n"),
    )
    assert recogniser.switched


def test_bytes_after_the_agreement_are_left_for_tls():
    recogniser = talk(
        CommandLines(),
        *SMTP,
        ("C", b"STARTTLS\r\n\x16\x03\x01"),
        ("S", b"220 go\r\n\x15\x03"),
    )
    assert (recogniser.client, recogniser.server) == (b"\x16\x03\x01", b"\x15\x03")


def test_a_client_that_asks_over_and_over_is_given_up():
    greeting, asks = ("S", b"* OK IMAP\r\n"), [("C", b"a%d STARTTLS\r\n" % n) for n in range(50)]
    refusals = [("S", b"a%d NO\r\n" % n) for n in range(50)]
    conversation = [line for pair in zip(asks, refusals, strict=True) for line in pair]
    recogniser = talk(CommandLines(), greeting, *conversation)
    assert recogniser.finished
    assert not recogniser.switched
