import pytest

from verdict.errors import UnknownCertificateError
from verdict.known_certificates import Entry, Sighting
from verdict.learned_captures import capture_of, learned_from

ONE = Sighting("a1" * 32, "in/one.pcap", 1.0, 0.9)
TWO = Sighting("b2" * 32, "in/two.pcap", 2.0, 0.8)
COPY = Sighting("c3" * 32, "other/one.pcap", 2.0, 0.8)
LOGS = Sighting("d4" * 32, "logs/monday", 2.0, 0.8)


@pytest.mark.parametrize("named", ["in/two.pcap", "two.pcap", "b2b2b2", "B2B2B2B2", "b2" * 32])
def test_capture_by_path_name_or_digits(named: str) -> None:
    assert capture_of([ONE, TWO], named) == TWO.capture_sha256


def test_folder_of_logs_by_its_path_or_name() -> None:
    assert capture_of([ONE, LOGS], "monday") == capture_of([LOGS], "logs/monday") == "d4" * 32


@pytest.mark.parametrize("named", ["three.pcap", "b2", "", "wo.pcap"])
def test_capture_that_taught_nothing(named: str) -> None:
    with pytest.raises(UnknownCertificateError, match="nothing was learned"):
        capture_of([ONE, TWO], named)


def test_name_of_several_captures_is_refused() -> None:
    with pytest.raises(UnknownCertificateError, match="2 captures fit"):
        capture_of([ONE, COPY], "one.pcap")
    assert capture_of([ONE, COPY], "in/one.pcap") == ONE.capture_sha256


def test_entries_keep_the_sighting_asked_for() -> None:
    both = Entry("learned", "1" * 64, sightings=(ONE, TWO))
    other = Entry("learned", "2" * 64, sightings=(ONE,))
    (found,) = learned_from([both, other], "two.pcap")
    assert (found.sha256, found.sightings) == (both.sha256, (TWO,))
