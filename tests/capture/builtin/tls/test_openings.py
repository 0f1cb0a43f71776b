"""Patterns of first bytes."""

import pytest

from capture.builtin.tls.openings import OVER_TCP, OVER_UDP, Opening
from capture.builtin.tls.record_layer import RecordLayer


def test_beginning_of_an_opening_fits():
    opening = Opening((frozenset((1, 2)), frozenset((3,))), None, RecordLayer)
    assert opening.fits(True, b"")
    assert opening.fits(True, b"\x02")
    assert opening.fits(False, b"\x01\x03anything")
    assert not opening.fits(True, b"\x03")
    assert not opening.fits(True, b"\x01\x04")


def test_opening_of_one_side_does_not_fit_the_other():
    opening = Opening((frozenset((1,)),), False, RecordLayer)
    assert opening.fits(False, b"\x01")
    assert not opening.fits(True, b"\x01")


@pytest.mark.parametrize("opening", [*OVER_TCP, *OVER_UDP])
def test_every_opening_can_be_read(opening):
    reader = opening.reader()
    assert not getattr(reader, "session", reader).finished
