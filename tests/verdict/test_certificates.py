import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verdict.certificates import CertificateDatabase
from verdict.errors import CertificateDatabaseError, UnknownCertificateError
from verdict.known_certificates import Entry, Sighting

FIRST, SECOND = "a" * 64, "ab" + "c" * 62
SIGHTING = Sighting("d" * 64, "one.pcap", 100.5, 0.9)
LEARNED = Entry("learned", FIRST, "1" * 40, "CN=x", "CN=y", "x.example", None, (SIGHTING,))


@pytest.fixture
def database(tmp_path: Path) -> CertificateDatabase:
    return CertificateDatabase(tmp_path / "certificates.sqlite")


def test_database_without_a_file_is_empty_and_makes_none(database: CertificateDatabase) -> None:
    assert database.entries() == ()
    database.learn([])
    assert not database.path.exists()


def test_learned_entry_is_read_back(database: CertificateDatabase) -> None:
    database.learn([LEARNED])
    assert database.entries() == (LEARNED,)


def test_learning_twice_changes_nothing(database: CertificateDatabase) -> None:
    database.learn([LEARNED])
    database.learn([LEARNED])
    assert database.entries() == (LEARNED,)


def test_second_capture_adds_a_sighting(database: CertificateDatabase) -> None:
    other = Sighting("e" * 64, "two.pcap", None, 0.8)
    database.learn([LEARNED])
    database.learn([Entry("learned", FIRST, sightings=(other,))])
    (entry,) = database.entries()
    assert entry.sightings == (SIGHTING, other)
    assert entry.subject == "CN=x"


def test_confirmed_entry_stays_confirmed_when_learned_again(database: CertificateDatabase) -> None:
    database.learn([LEARNED])
    assert database.confirm("AA:AA:AA").sha256 == FIRST
    database.learn([LEARNED])
    assert [entry.state for entry in database.entries()] == ["confirmed"]


def test_forgotten_capture_takes_what_it_alone_taught(database: CertificateDatabase) -> None:
    other = Sighting("e" * 64, "two.pcap", None, 0.8)
    database.learn([LEARNED, Entry("learned", SECOND, sightings=(SIGHTING, other))])
    assert database.forget_capture("one.pcap") == (1, 1)
    (entry,) = database.entries()
    assert (entry.sha256, entry.sightings) == (SECOND, (other,))
    with pytest.raises(UnknownCertificateError):
        database.forget_capture("one.pcap")


def test_forgotten_entry_is_gone_with_its_sightings(database: CertificateDatabase) -> None:
    database.learn([LEARNED])
    database.forget("111111")
    assert database.entries() == ()
    database.learn([Entry("learned", FIRST)])
    assert database.entries()[0].sightings == ()


def test_import_counts_what_is_new_and_raises_learned_ones(database: CertificateDatabase) -> None:
    database.learn([LEARNED])
    listed = [
        Entry("imported", sha1="1" * 40, note="Dridex"),
        Entry("imported", sha1="2" * 40, note="Gozi"),
    ]
    assert database.add(listed) == 1
    assert database.add(listed) == 0
    states = {entry.sha1: (entry.state, entry.note) for entry in database.entries()}
    assert states == {"1" * 40: ("imported", "Dridex"), "2" * 40: ("imported", "Gozi")}


def test_import_leaves_confirmed_ones_confirmed(database: CertificateDatabase) -> None:
    database.learn([LEARNED])
    database.confirm(FIRST)
    database.add([Entry("imported", sha1="1" * 40)])
    assert [entry.state for entry in database.entries()] == ["confirmed"]


def test_sha1_that_is_imported_is_the_certificate_learned_later(
    database: CertificateDatabase,
) -> None:
    database.add([Entry("imported", sha1="1" * 40, note="Dridex")])
    database.learn([LEARNED])
    (entry,) = database.entries()
    assert (entry.state, entry.sha256) == ("imported", FIRST)


def test_list_adds_the_fingerprint_that_another_list_lacks(database: CertificateDatabase) -> None:
    database.add([Entry("imported", sha1="1" * 40, note="Dridex")])
    assert database.add([Entry("imported", FIRST, "1" * 40, "CN=x")]) == 0
    (entry,) = database.entries()
    assert (entry.sha256, entry.sha1, entry.note) == (FIRST, "1" * 40, "Dridex")
    assert entry.subject == "CN=x"


def test_sha1_that_the_first_logs_did_not_tell_is_learned_later(
    database: CertificateDatabase,
) -> None:
    database.learn([Entry("learned", FIRST)])
    database.learn([LEARNED])
    assert database.confirm(FIRST).sha1 == "1" * 40


def test_certificate_known_by_either_fingerprint_is_one_when_both_are_told(
    database: CertificateDatabase,
) -> None:
    database.add([Entry("imported", sha1="1" * 40, note="Dridex")])
    database.learn([Entry("learned", FIRST, sightings=(SIGHTING,))])
    database.learn([LEARNED])
    (entry,) = database.entries()
    assert (entry.state, entry.sha256, entry.sha1) == ("imported", FIRST, "1" * 40)
    assert (entry.note, entry.sightings) == ("Dridex", (SIGHTING,))


def test_fingerprint_of_another_certificate_stays_with_it(database: CertificateDatabase) -> None:
    database.add([Entry("imported", FIRST), Entry("imported", SECOND, "1" * 40)])
    database.add([Entry("imported", FIRST, "1" * 40)])
    known = [(entry.sha256, entry.sha1) for entry in database.entries()]
    assert known == [(FIRST, None), (SECOND, "1" * 40)]


def test_a_name_too_long_for_a_file_is_told() -> None:
    with pytest.raises(CertificateDatabaseError, match=r"a: file name too long; name another"):
        CertificateDatabase(Path("a" * 300)).entries()


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("ffffff", "no certificate"),
        ("aaa", "at least its first six"),
        ("' OR 1=1", "no fingerprint"),
    ],
)
def test_fingerprint_that_names_no_entry(
    database: CertificateDatabase, prefix: str, message: str
) -> None:
    database.learn([LEARNED])
    with pytest.raises(UnknownCertificateError, match=message):
        database.confirm(prefix)


def test_fingerprint_that_names_two_entries(database: CertificateDatabase) -> None:
    database.learn([LEARNED, Entry("learned", "aaaaaa" + "0" * 58)])
    with pytest.raises(UnknownCertificateError, match="2 certificates"):
        database.forget("aaaaaa")


def test_confirming_in_a_database_that_is_not_there(database: CertificateDatabase) -> None:
    with pytest.raises(UnknownCertificateError, match="is empty"):
        database.confirm("aaaaaa")


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0broken"])
def test_damaged_file_is_told_in_one_line(database: CertificateDatabase, content: bytes) -> None:
    database.path.write_bytes(content)
    with pytest.raises(CertificateDatabaseError, match="restore or remove") as error:
        database.entries()
    assert "\n" not in str(error.value)
    with pytest.raises(CertificateDatabaseError):
        database.learn([LEARNED])
    assert database.path.read_bytes() == content


def test_damage_that_sqlite_takes_for_want_of_memory() -> None:
    database = CertificateDatabase(Path(__file__).with_name("damaged.database"))
    with pytest.raises(CertificateDatabaseError, match=r"damaged one \(out of memory\)"):
        database.entries()


def test_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(CertificateDatabaseError, match="--certificates"):
        CertificateDatabase(tmp_path).learn([LEARNED])


def test_place_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(CertificateDatabaseError, match="--certificates"):
        CertificateDatabase(tmp_path / "nowhere" / "c.sqlite").learn([LEARNED])


@pytest.fixture
def locked(database: CertificateDatabase) -> Iterator[CertificateDatabase]:
    database.learn([LEARNED])
    other = sqlite3.connect(database.path)
    other.execute("BEGIN EXCLUSIVE")
    yield database
    other.close()


def test_locked_file_is_told(locked: CertificateDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verdict.certificates._WAIT", 0.0)
    with pytest.raises(CertificateDatabaseError, match="another program"):
        locked.learn([LEARNED])


def test_file_of_a_later_version_is_refused(database: CertificateDatabase) -> None:
    other = sqlite3.connect(database.path)
    other.execute("PRAGMA user_version = 7")
    other.close()
    with pytest.raises(CertificateDatabaseError, match="version 7"):
        database.learn([LEARNED])


def test_failed_learning_leaves_nothing_behind(database: CertificateDatabase) -> None:
    with pytest.raises(CertificateDatabaseError):
        database.learn([LEARNED, Entry("learned")])
    assert database.entries() == ()


def test_rows_of_the_wrong_type_are_told_in_one_line(database: CertificateDatabase) -> None:
    database.learn([LEARNED])
    with closing(sqlite3.connect(database.path)) as other, other:
        columns = "'learned', ?, NULL, NULL, NULL, NULL, NULL"
        statement = f"INSERT INTO certificate VALUES (7, {columns})"  # noqa: S608  # a constant
        other.execute(statement, (b"\xff\0",))
    with pytest.raises(CertificateDatabaseError, match="damaged") as caught:
        database.entries()
    assert "\n" not in str(caught.value)
