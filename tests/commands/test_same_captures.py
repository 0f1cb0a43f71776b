from dataclasses import replace
from pathlib import Path

import pytest

from commands.same_captures import Named, captures_of, counted_once
from verdict.document import Capture, Document, Engine

from ..report.documents import document
from ..verdict.synthetic import BEACON, SITE

Output = pytest.CaptureFixture[str]


def named(name: str, *captures: str, of: Document | None = None) -> Named:
    """Return a document of captures whose bytes have these letters as their digests."""
    (capture,) = document().captures
    changed = tuple(replace(capture, path=each, sha256=each * 64) for each in captures)
    return Named(Path(name), replace(of or document(), captures=changed))


def test_one_document_stays_as_it_is(capsys: Output) -> None:
    assert counted_once([named("one", "a")]) == [named("one", "a").document]
    assert capsys.readouterr().err == ""


def test_documents_of_other_captures_all_count(capsys: Output) -> None:
    assert len(counted_once([named("one", "a"), named("two", "b")])) == 2
    assert capsys.readouterr().err == ""


def test_a_document_of_the_same_captures_is_left_out(capsys: Output) -> None:
    assert len(counted_once([named("one", "a", "b"), named("two", "b", "a")])) == 1
    assert capsys.readouterr().err == "two: the same captures as one; counted once\n"


def test_other_targets_of_the_same_captures_are_kept(capsys: Output) -> None:
    beacon, site = (named(each, "a", of=document(each)) for each in (BEACON, SITE))
    found = counted_once([beacon, site])
    assert [target.ip for each in found for target in each.targets] == [BEACON, SITE]
    assert capsys.readouterr().err == ""
    found = counted_once([beacon, site, named("all", "a")])
    ips = [target.ip for each in found for target in each.targets]
    assert len(ips) == len(set(ips)) == len(document().targets)
    assert capsys.readouterr().err == f"all: the same captures as {BEACON}; counted once\n"


def test_captures_that_are_shared_in_part_are_told(capsys: Output) -> None:
    parts = [named("one", "a"), named("two", "b"), named("three", "b", "c")]
    assert len(counted_once(parts)) == 3
    assert capsys.readouterr().err == (
        "three: some captures are in two too; their servers may count more than once\n"
    )


def test_what_was_not_read_tells_nothing_unless_nothing_was() -> None:
    unread = Capture("a.pcap", None, None, {"not a capture": 1}, None, None)
    (read,) = document().captures
    whole = Document(Engine("auto", "unknown"), (read, unread), ())
    assert captures_of(whole) == {read.sha256}
    assert captures_of(replace(whole, captures=(unread,))) == {"a.pcap"}
