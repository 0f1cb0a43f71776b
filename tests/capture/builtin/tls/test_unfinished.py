"""Bytes that wait for the rest of what they begin."""

from capture.builtin.tls.unfinished import Unfinished


def test_nothing_kept_changes_nothing():
    assert Unfinished().followed_by(b"data") == b"data"


def test_what_was_kept_comes_first_once_there_is_enough():
    unfinished = Unfinished()
    unfinished.keep(b"ab", needed=4)
    assert unfinished.followed_by(b"c") == b""
    assert unfinished.followed_by(b"de") == b"abcde"
    assert unfinished.followed_by(b"f") == b"f"
