from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verdict.certificate_csv import export, parse
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


def test_list_without_entries_is_no_error() -> None:
    assert parse("# nothing today\n").entries == ()


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
