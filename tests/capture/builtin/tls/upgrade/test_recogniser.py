"""What all recognisers share."""

from capture.builtin.tls.upgrade.command_lines import CommandLines
from capture.builtin.tls.upgrade.recogniser import take_line
from tests.capture.builtin.tls.upgrade.conversations import talk


def test_long_conversation_in_the_clear_is_given_up():
    recogniser = talk(CommandLines(), *[("C", b"NOOP\r\n" * 100), ("S", b"250 ok\r\n" * 100)] * 40)
    assert recogniser.finished


def test_endless_line_of_single_bytes_is_given_up():
    assert talk(CommandLines(), ("C", b"x" * 40_000), portion=1).finished


def test_short_conversation_is_waited_for():
    recogniser = talk(CommandLines(), ("S", b"220 hello\r\n"), ("C", b"NOOP\r\n"))
    assert not recogniser.finished
    assert not recogniser.switched


def test_lines_are_taken_one_by_one():
    data = bytearray(b"one\r\ntwo\nthr")
    assert [take_line(data), take_line(data), take_line(data)] == [b"one\r\n", b"two\n", None]
    assert data == b"thr"
