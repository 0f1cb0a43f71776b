from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verdict.certificate_csv import block_list, export, parse
from verdict.errors import CertificateDatabaseError
from verdict.known_certificates import Entry, Sighting

SHA1 = "3784422d67a6ae0c82d60eeaf3850960a9896cb2"
SSLBL = f"""####################
# abuse.ch SSLBL    #
####################
#
# Listingdate,SHA1,Listingreason
2022-07-02 07:02:11,{SHA1},AsyncRAT C&C
2022-07-01 07:02:11,{SHA1.upper()[:-1]}F, "Dridex, C&C"
this row,is broken
"""


def test_block_list_of_abuse_ch() -> None:
    listed = parse(SSLBL)
    assert listed.skipped == 1
    first, second = listed.entries
    assert first == Entry("imported", sha1=SHA1, note="AsyncRAT C&C (listed 2022-07-02 07:02:11)")
    assert second.sha1 == SHA1[:-1] + "f"


def test_real_block_list(shared_data: Path) -> None:
    text = (shared_data / "intel" / "cert_sha1_blacklist_sslbl.csv").read_text(encoding="utf-8")
    listed = parse(text)
    assert len(listed.entries) > 4000
    assert listed.skipped == 0


def test_export_is_read_back_as_imported() -> None:
    sighting = Sighting("d" * 64, "a.pcap", 1.0, 0.9)
    entries = [
        Entry("confirmed", "a" * 64, None, 'CN="x", O=y', "CN=z", "x.example", "seen", (sighting,)),
        Entry("learned", "b" * 64, sightings=(sighting,)),
        Entry("imported", sha1=SHA1),
    ]
    listed = parse(export(entries))
    assert [(entry.state, entry.sha256, entry.sha1) for entry in listed.entries] == [
        ("imported", "a" * 64, None),
        ("imported", None, SHA1),
    ]
    assert listed.entries[0].subject == 'CN="x", O=y'
    assert listed.skipped == 1


def test_export_is_read_in_capital_digits_too() -> None:
    text = export([Entry("confirmed", "ab" * 32, SHA1)]).replace("ab" * 32, "AB" * 32)
    (entry,) = parse(text.replace(SHA1, f" {SHA1.upper()} ")).entries
    assert (entry.sha256, entry.sha1) == ("ab" * 32, SHA1)


@given(st.lists(st.text(min_size=1), min_size=4, max_size=4))
def test_any_names_are_exported_and_imported_as_they_are(names: list[str]) -> None:
    entry = Entry("imported", "a" * 64, SHA1, *names)
    assert parse(export([entry])).entries == (entry,)


@pytest.mark.parametrize("subject", ["CN=a\n# x", "CN=a\u2028b", "CN=a\rb", " CN=a "])
def test_name_that_looks_like_lines_is_one_name(subject: str) -> None:
    (entry,) = parse(export([Entry("confirmed", "a" * 64, subject=subject)])).entries
    assert entry.subject == subject


def test_name_that_a_spreadsheet_would_run_is_guarded() -> None:
    entry = Entry("imported", sha1=SHA1, sni="=cmd|' /C calc'!A0", note="=1+1 (listed @SUM(A1))")
    assert ",'=cmd|' /C calc'!A0,'=1+1 " in export([entry])
    assert block_list([entry]).splitlines()[1] == f"'@SUM(A1),{SHA1},'=1+1"
    assert parse(export([entry])).entries == (entry,)
    assert parse(block_list([entry])).entries == (Entry("imported", sha1=SHA1, note=entry.note),)


def test_list_without_entries_is_no_error() -> None:
    assert parse("# nothing today\n").entries == ()


def test_an_export_of_what_was_only_learned_says_why_it_is_refused() -> None:
    with pytest.raises(CertificateDatabaseError, match="only what detectors learned"):
        parse(export([Entry("learned", "a" * 64)]))


def test_a_row_without_a_date_has_its_reason_alone() -> None:
    (entry,) = parse(f",{'1' * 40},Dridex C&C\n").entries
    assert entry.note == "Dridex C&C"


def test_text_that_is_no_list_is_refused() -> None:
    with pytest.raises(CertificateDatabaseError, match="Listingdate,SHA1,Listingreason"):
        parse("<html>\n<body>not found</body>\n")


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_list_or_the_one_error(text: str) -> None:
    try:
        listed = parse(text)
    except CertificateDatabaseError:
        return
    assert all(entry.sha1 or entry.sha256 for entry in listed.entries)


def test_block_list_holds_what_decides_and_when_it_was_seen() -> None:
    seen = (Sighting("d" * 64, "b.pcap", 1.0, 0.9), Sighting("e" * 64, "a.pcap", None, 0.9))
    entries = [
        Entry("confirmed", "a" * 64, SHA1, sightings=seen),
        Entry("imported", sha1="0" * 40, note="Dridex (listed 2022-07-01)"),
        Entry("imported", sha1="2" * 40),
        Entry("learned", "b" * 64, "1" * 40, sightings=seen),
        Entry("confirmed", "c" * 64),
    ]
    assert block_list(entries).splitlines()[1:] == [
        f",{'2' * 40},malicious",
        f"1970-01-01 00:00:01,{SHA1},malicious",
        f"2022-07-01,{'0' * 40},Dridex",
    ]


def test_time_that_no_calendar_reaches_is_left_out() -> None:
    far = Sighting("d" * 64, "b.pcap", 1e18, 0.9)
    (row,) = block_list([Entry("confirmed", sha1=SHA1, sightings=(far,))]).splitlines()[1:]
    assert row == f",{SHA1},malicious"
