from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.allowlist import Allowlist, parse_allowlist, read_allowlist
from report.errors import AllowlistError
from verdict.document import Certificate, Target

from ..verdict.synthetic import BEACON, BEACON_LEAF, CLIENT, HIDDEN, SITE, SITE_LEAF
from .documents import changed, document, leaf, target, with_connections


def allowing(*entries: str) -> Allowlist:
    return parse_allowlist({"allow.txt": "\n".join(entries)})


def shown(sni: str | None, certificate: Certificate | None, *dns_names: str) -> Target:
    """Return a server with one connection that asks for a name and shows a certificate."""
    site = target(SITE)
    chain = (certificate.fingerprint,) if certificate else ()
    connection = changed(site.connections[0], sni=sni, certificates=chain)
    certificates = (certificate,) if certificate else ()
    return replace(
        with_connections(site, connection), certificates=certificates, dns_names=dns_names
    )


@pytest.mark.parametrize(
    ("entry", "ip"),
    [
        ("example.com", SITE),
        ("*.example.com", SITE),
        (".Example.COM.", SITE),
        ("www.example.com", SITE),
        (SITE, SITE),
        ("198.51.100.0/24", HIDDEN),
        ("203.0.113.66/32", BEACON),
        (BEACON_LEAF, BEACON),
        (f"sha256:{BEACON_LEAF.upper()}", BEACON),
        (":".join(["bb"] * 32), BEACON),
        ("b" * 40, BEACON),
        ("issuer: O=CA", SITE),
        ("issuer: o=ca, CN=some ca", SITE),
        ("example.org", HIDDEN),
    ],
)
def test_entry_covers_a_server(entry: str, ip: str) -> None:
    assert allowing(entry).entries_for(target(ip)) == (entry,)


@pytest.mark.parametrize(
    ("entry", "ip"),
    [
        ("ample.com", SITE),
        ("sub.www.example.com", SITE),
        ("com.example", SITE),
        ("198.51.100.8", SITE),
        ("2001:db8::/32", SITE),
        ("c" * 64, BEACON),
        ("issuer: O=Other", SITE),
        ("issuer: O=CA, C=US", SITE),
        ("localhost", BEACON),
    ],
)
def test_entry_leaves_others_alone(entry: str, ip: str) -> None:
    assert allowing(entry).entries_for(target(ip)) == ()


def test_comments_and_empty_lines_say_nothing() -> None:
    assert allowing("# nothing", "", "  ") == Allowlist()
    assert allowing("example.com  # ours").entries_for(target(SITE)) == ("example.com",)


def test_name_in_other_letters_is_covered_as_dns_has_it() -> None:
    allowed = allowing("*.Bücher.example")
    for name in ("xn--bcher-kva.example", "www.XN--BCHER-KVA.example", "bücher.example"):
        assert allowed.entries_for(shown(name, None)) == ("*.Bücher.example",)
    assert allowed.entries_for(shown("bucher.example", None)) == ()
    assert allowed.entries_for(shown("ü" * 64, None)) == ()


@pytest.mark.parametrize("domain", ["straße.example", "①.example"])
def test_name_that_dns_may_have_in_two_ways_is_refused(domain: str) -> None:
    with pytest.raises(AllowlistError, match="is no entry"):
        allowing(domain)


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("issuer: O=Acme #1 Trust", "issuer: O=Acme #1 Trust"),
        ("issuer: O=Acme #1 Trust  # ours #", "issuer: O=Acme #1 Trust"),
        ("Issuer: O=Acme #1 Trust #", "Issuer: O=Acme #1 Trust"),
        (r"issuer: O=Acme \# 1", r"issuer: O=Acme \# 1"),
    ],
)
def test_issuer_may_have_a_number_sign_in_its_name(line: str, entry: str) -> None:
    own = entry.partition("O=")[2].replace("\\", "")
    allowed = allowing(line)
    of_acme = replace(leaf("e" * 64), issuer=f"CN=CA,O={own}")
    assert allowed.entries_for(shown(None, of_acme)) == (entry,)
    of_another = replace(leaf("e" * 64), issuer="CN=CA,O=Acme")
    assert allowed.entries_for(shown(None, of_another)) == ()


def test_every_connection_must_be_covered() -> None:
    site = target(SITE)
    other = changed(site.connections[0], sni="evil.example.net", certificates=())
    both = with_connections(site, site.connections[0], other)
    assert allowing("example.com").entries_for(both) == ()
    assert allowing("example.com", "example.net").entries_for(both) == (
        "example.com",
        "example.net",
    )


def test_name_that_the_certificate_contradicts_does_not_count() -> None:
    assert allowing("bank.example").entries_for(shown("bank.example", leaf("e" * 64))) == ()
    assert allowing("bank.example").entries_for(shown("bank.example", None)) != ()


def test_name_in_a_certificate_counts_unless_it_vouches_for_itself() -> None:
    signed = leaf("e" * 64)
    assert allowing("example.org").entries_for(shown(None, signed)) == ("example.org",)
    own_word = replace(signed, issuer=signed.subject)
    assert allowing("example.org").entries_for(shown("example.org", own_word)) == ()


def test_name_in_dns_counts_where_no_other_name_was_seen() -> None:
    allowed = allowing("example.org")
    assert allowed.entries_for(shown(None, None, "cdn.example.org")) == ("example.org",)
    assert allowed.entries_for(shown("evil.example.net", None, "cdn.example.org")) == ()


def test_name_asked_for_counts_where_the_certificate_is_unknown_or_names_none() -> None:
    unknown = replace(leaf("e" * 64), subject=None, issuer=None, names=())
    assert allowing("bank.example").entries_for(shown("bank.example", unknown)) != ()


def test_name_in_dns_of_a_client_tells_nothing_of_its_servers() -> None:
    server = shown(None, None, "cdn.example.org")
    assert allowing("example.org").entries_for(replace(server, role="client")) == ()


def test_entries_that_say_the_same_count_as_the_first() -> None:
    allowed = allowing("Example.com", "*.example.com", "198.51.100.7", "198.51.100.7/32")
    assert allowed.entries_for(target(SITE)) == ("198.51.100.7",)
    assert list(allowed.domains.values()) == ["Example.com"]


def test_address_without_tls_is_covered_by_itself_alone() -> None:
    (plain,) = document("198.51.100.99").targets
    assert allowing("198.51.100.0/24").entries_for(plain) == ("198.51.100.0/24",)
    assert allowing("example.com").entries_for(plain) == ()


def test_connections_are_covered_one_by_one() -> None:
    uids = [each.uid for each in target(SITE).connections]
    client = document(CLIENT)
    assert allowing("example.com").entries_for(client.targets[0]) == ()
    assert allowing("example.com").covered_connections(client) == frozenset(uids)
    assert allowing().covered_connections(client) == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        *("not a domain", "issuer:", "issuer: nothing", "issuer: # O=CA", "10.0.0.0/33", "a,b"),
        *(
            "10.0.0.256",
            "10.0.0.1.",
            "1.2.3",
            "443",
            "10.0.0.\uff12\uff15\uff16",
            f"{'ü' * 63}.example",
        ),
    ],
)
def test_line_that_is_no_entry_is_named(line: str) -> None:
    with pytest.raises(AllowlistError, match=r"^allow\.txt, line 2: .*; give a domain"):
        allowing("example.com", line)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_allowlist({"any": text})
    except AllowlistError:
        return


def test_several_files_are_one_list(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    for path, entry in zip(paths, ("example.com", "example.org"), strict=True):
        path.write_text(f"{entry}\n", encoding="utf-8")
    assert sorted(read_allowlist(paths).domains) == ["example.com", "example.org"]


def test_file_that_an_editor_marked_as_unicode(tmp_path: Path) -> None:
    (tmp_path / "allow.txt").write_text(f"{SITE}\n", encoding="utf-8-sig")
    assert read_allowlist([tmp_path / "allow.txt"]).entries_for(target(SITE)) == (SITE,)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(AllowlistError, match="nowhere: cannot be read as an allowlist"):
        read_allowlist([tmp_path / "nowhere"])
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(AllowlistError, match="no UTF-8 text"):
        read_allowlist([tmp_path / "binary"])


def test_sha1_of_a_certificate_counts() -> None:
    assert target(SITE).certificates[0].fingerprint == SITE_LEAF
    assert allowing("a" * 40).entries_for(target(SITE)) == ("a" * 40,)
