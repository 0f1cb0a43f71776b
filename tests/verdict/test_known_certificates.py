from verdict.known_certificates import (
    Entry,
    KnownCertificates,
    Leaf,
    Sighting,
    decides,
    is_found,
)

SHA256, SHA1 = "a" * 64, "b" * 40
ELSEWHERE = Sighting("d" * 64, "elsewhere.pcap", 100.0, 0.9)
LEAF = Leaf(SHA256, SHA1, "CN=x", "CN=y", "Evil.example")


def matches(*entries: Entry, own: frozenset[str] = frozenset()):
    return KnownCertificates(entries, own).matches([LEAF])


def test_confirmed_fingerprint_decides() -> None:
    (match,) = matches(Entry("confirmed", SHA256))
    assert (match.matched_by, is_found(match), decides(match)) == ("sha256", True, True)


def test_imported_sha1_decides() -> None:
    (match,) = matches(Entry("imported", sha1=SHA1, note="Dridex"))
    assert (match.matched_by, match.note, decides(match)) == ("sha1", "Dridex", True)


def test_learned_fingerprint_is_found_but_decides_nothing() -> None:
    (match,) = matches(Entry("learned", SHA256, sightings=(ELSEWHERE,)))
    assert (is_found(match), decides(match)) == (True, False)
    assert (match.capture, match.ts, match.score) == ("elsewhere.pcap", 100.0, 0.9)


def test_names_are_hints_whatever_the_state() -> None:
    (match,) = matches(Entry("confirmed", "e" * 64, sni="evil.EXAMPLE"))
    assert (match.matched_by, is_found(match), decides(match)) == ("sni", False, False)


def test_subject_alone_is_no_match() -> None:
    assert matches(Entry("confirmed", "e" * 64, subject="CN=x", issuer="CN=other")) == ()


def test_subject_with_its_issuer_is_a_match() -> None:
    (match,) = matches(Entry("confirmed", "e" * 64, subject="CN=x", issuer="CN=y"))
    assert match.matched_by == "subject and issuer"


def test_strongest_way_of_matching_is_told() -> None:
    (match,) = matches(Entry("confirmed", SHA256, SHA1, "CN=x", "CN=y", "evil.example"))
    assert match.matched_by == "sha256"


def test_what_was_learned_from_the_same_capture_is_no_match() -> None:
    entry = Entry("learned", SHA256, sightings=(ELSEWHERE,))
    assert matches(entry, own=frozenset({"d" * 64})) == ()
    assert matches(entry, own=frozenset({"elsewhere.pcap"})) == ()


def test_what_was_learned_from_the_same_connection_in_another_form_is_no_match() -> None:
    known = KnownCertificates((Entry("learned", SHA256, sightings=(ELSEWHERE,)),))
    assert known.apart_from([99.0, 100.0000001]).matches([LEAF]) == ()
    assert known.apart_from([99.0, 99.9999991]).matches([LEAF]) == ()
    assert len(known.apart_from([99.0, 100.0001]).matches([LEAF])) == 1


def test_confirmed_entry_from_the_same_capture_is_a_match() -> None:
    entry = Entry("confirmed", SHA256, sightings=(ELSEWHERE,))
    (match,) = matches(entry, own=frozenset({"d" * 64}))
    assert match.capture is None


def test_sighting_in_another_capture_counts_beside_an_own_one() -> None:
    own = Sighting("f" * 64, "own.pcap", 1.0, 0.8)
    entry = Entry("learned", SHA256, sightings=(own, ELSEWHERE))
    (match,) = matches(entry, own=frozenset({"f" * 64}))
    assert match.capture == "elsewhere.pcap"


def test_the_earliest_sighting_elsewhere_is_told() -> None:
    untimed = Sighting("1" * 64, "a.pcap", None, 0.7)
    later = Sighting("2" * 64, "b.pcap", 200.0, 0.8)
    (match,) = matches(Entry("learned", SHA256, sightings=(untimed, later, ELSEWHERE)))
    assert (match.capture, match.ts, match.score) == ("elsewhere.pcap", 100.0, 0.9)
    (match,) = matches(Entry("learned", SHA256, sightings=(untimed,)))
    assert (match.capture, match.ts) == ("a.pcap", None)


def test_of_one_kind_what_decides_comes_first() -> None:
    found = matches(
        Entry("learned", SHA256, sightings=(ELSEWHERE,)), Entry("confirmed", SHA256, note="seen")
    )
    assert [match.state for match in found] == ["confirmed", "learned"]


def test_nothing_shown_matches_nothing() -> None:
    known = KnownCertificates((Entry("confirmed", SHA256),))
    assert known.matches([Leaf(None, None, None, None, None)]) == ()


def test_matches_are_sorted_fingerprints_first() -> None:
    found = matches(
        Entry("confirmed", "9" * 64, sni="evil.example"),
        Entry("imported", sha1=SHA1),
        Entry("learned", SHA256, sightings=(ELSEWHERE,)),
    )
    assert [match.matched_by for match in found] == ["sha256", "sha1", "sni"]
