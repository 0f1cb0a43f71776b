"""What the order of messages alone decides."""

import numpy as np
import pytest

from capture.builtin.tls.course import FROM_ORIGINATOR, RECORD, STOP, Course, courses, details
from capture.builtin.tls.session import Session

CHANGE, ALERT, HANDSHAKE, DATA = (RECORD + content_type for content_type in (20, 21, 22, 23))
FULL = [">1", "<2", "<11", "<12", "<14", ">16"]
KINDS = {"i": CHANGE, "l": ALERT, "f": HANDSHAKE, "d": DATA, "stop": STOP}


def of(*order: str) -> tuple[Course | None, Course | None]:
    """Return the courses of messages such as ``>1``, a client hello, or ``<d``, data."""
    return courses(encoded(*order))


def encoded(*order: str) -> bytes:
    codes = [
        (FROM_ORIGINATOR if text[0] == ">" else 0) + (KINDS.get(text[1:]) or int(text[1:]))
        for text in order
    ]
    return np.array(codes, dtype=np.uint16).tobytes()


def test_full_handshake_of_tls_1_2() -> None:
    _, course = of(*FULL, ">i", ">f", "<i", "<f")
    assert course is not None
    assert course.history == "CsxknGIi"
    assert [(step.read, step.from_originator, step.ordinal) for step in course.steps] == [
        (Session.read_certificates, False, 2),
        (Session.read_curve, False, 3),
    ]


def test_resumption_may_accept_a_ticket() -> None:
    _, course = of(">1", "<2", "<i", "<f", ">i", ">f")
    assert course is not None
    assert course.history == "CsiI"
    assert [(step.read, step.ordinal) for step in course.steps] == [(Session.accept_ticket, 4)]


def test_certificates_and_the_curve_are_the_details_that_decide() -> None:
    assert details(encoded(*FULL, ">i", ">f", "<i", "<f")) == ((2, None), (3, 4))
    assert details(encoded(">1", "<2", "<i", "<f", ">i", ">f")) == ()
    assert details(encoded(">1", "<2", "<i")) is None


def test_the_version_decides_what_a_change_of_cipher_spec_means() -> None:
    as_of_1_3, before_1_3 = of(">1", "<2", "<i", "<d", ">i", ">d", ">f")
    assert as_of_1_3 is not None
    assert before_1_3 is not None
    # In TLS 1.3 a handshake record behind a change of cipher spec may be in clear.
    as_of_1_3, before_1_3 = of(">1", "<2", "<i", "<f", ">i", ">f")
    assert as_of_1_3 is None
    assert before_1_3 is not None


def test_what_follows_the_end_does_not_matter() -> None:
    ended = [*FULL, ">i", ">f", "<i", "<f"]
    assert of(*ended) == of(*ended, "<stop", ">l")


@pytest.mark.parametrize(
    "order",
    [
        (),
        (">1",),
        ("<2", ">1", ">i", ">f", "<i", "<f"),
        ("<1", ">2", ">i", ">f", "<i", "<f"),
        (">1", "<2", "<99", ">i", ">f", "<i", "<f"),
        (">1", "<2", "<l", ">i", ">f", "<i", "<f"),
        (">1", "<2", "<2", ">i", ">f", "<i", "<f"),
        (">1", "<2", ">0", ">i", ">f", "<i", "<f"),
        (">1", "<2", ">i", ">f", "<stop", "<i", "<f"),
        (">1", "<2", ">i", ">f", "<i"),
        (">1", "<2", *["<11"] * 100, ">i", ">f", "<i", "<f"),
    ],
)
def test_an_unusual_order_has_no_course(order: tuple[str, ...]) -> None:
    assert of(*order) == (None, None)
