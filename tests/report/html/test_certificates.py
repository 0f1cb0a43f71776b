from dataclasses import replace

import pytest

from report.html.certificates import certificates
from report.language import ENGLISH
from verdict.document import Target

from ...verdict.synthetic import DAY, SITE, START
from ..documents import changed, leaf, target, with_connections

AUTHORITY = "e" * 64


def showing(**values: object) -> Target:
    """Return a server that shows a leaf, changed by the values, and its authority."""
    site = target(SITE)
    one = leaf("d" * 64, **values)
    authority = leaf(AUTHORITY, subject="CN=Some CA,O=Example Trust,C=US", is_leaf=False)
    connection = changed(site.connections[0], certificates=(one.fingerprint, AUTHORITY))
    return replace(with_connections(site, connection), certificates=(one, authority))


def test_chain_leads_from_the_leaf_to_its_authority() -> None:
    text = certificates(showing(), ENGLISH)
    assert 'example.org <span aria-hidden="true">&#8594;</span> Some CA' in text
    assert "leaf certificate: example.org" in text
    assert "certificate of the chain: Some CA" in text


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (START - DAY, START + DAY, "valid when it was seen (2026-09-21)"),
        (START - 9 * DAY, START - DAY, "not valid when it was seen (2026-09-21)"),
        (START + DAY, START + 9 * DAY, "not valid when it was seen (2026-09-21)"),
        (START + DAY, START - DAY, "not valid when it was seen (2026-09-21)"),
    ],
)
def test_validity_says_whether_it_held(first: float, last: float, words: str) -> None:
    text = certificates(showing(not_before=first, not_after=last), ENGLISH)
    assert f'<span class="quiet">{words}</span>' in text


def test_fingerprints_and_names_can_be_copied() -> None:
    text = certificates(showing(), ENGLISH)
    for value in ("d" * 64, "1" * 40, "*.example.org"):
        assert f"<code>{value}</code>" in text


def test_self_signed_is_said() -> None:
    assert "CN=example.org (self-signed)" in certificates(showing(issuer="CN=example.org"), ENGLISH)


def test_what_the_logs_do_not_tell_is_left_out() -> None:
    bare = showing(subject=None, issuer=None, key_type=None, sha1=None, serial=None, names=())
    text = certificates(replace(bare, certificates=bare.certificates[:1]), ENGLISH)
    assert "None" not in text
    assert "leaf certificate: dddddddddddd" in text


def test_without_certificates_there_is_nothing() -> None:
    assert certificates(replace(target(SITE), certificates=()), ENGLISH) == ""


def test_many_certificates_are_counted() -> None:
    several = tuple(leaf(f"{number:064x}") for number in range(50))
    text = certificates(replace(target(SITE), certificates=several), ENGLISH)
    assert text.count("<article") == 40
    assert "and 10 more in the document" in text
