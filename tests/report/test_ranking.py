from dataclasses import replace
from pathlib import Path

import pytest

from report.allowlist import parse_allowlist
from report.ranking import ranking
from report.selection import View, select
from verdict.document import Document, Reason

from ..verdict.synthetic import SITE
from .documents import attacked, changed, document, target, with_connections
from .test_attack_class import FOUND

GOLDEN = Path(__file__).parent / "golden"


def ranked(of: Document, view: View | None = None, *, verbose: bool = False) -> str:
    return ranking(select(of, view or View()).overview, verbose=verbose)


@pytest.mark.parametrize("verbose", [False, True])
def test_ranking_word_for_word(verbose: bool) -> None:
    name = "ranking_verbose.txt" if verbose else "ranking.txt"
    assert ranked(document(), verbose=verbose) == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["203.0.113.66", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"])
def test_table_fits_eighty_columns_and_cuts_no_address(address: str) -> None:
    long = tuple(replace(target, ip=address) for target in document().targets)
    lines = ranked(replace(document(), targets=long), verbose=True).splitlines()
    assert max(map(len, lines)) <= 80
    targets = [line for line in lines if line.startswith(("MALICIOUS", "NORMAL"))]
    assert sum(address in line for line in targets) == 3


def test_no_targets_are_said_to_be_none() -> None:
    text = ranked(replace(document(), targets=(), captures=()))
    assert text == "no TLS server was seen, so there is nothing to assess\n"


def test_attacks_on_servers_without_tls_are_pointed_to() -> None:
    found = replace(document(), targets=(), captures=(), attack_classes=FOUND)
    text = " ".join(ranked(found).split())
    assert text.startswith("no TLS server was seen, so FINAL has nothing to assess; the attack ")
    assert "stand below SSH-Bruteforce: 10.0.0.1 -> 192.0.2.7 port 22, 2 flows" in text


def test_what_is_not_shown_is_counted() -> None:
    text = ranked(document(), View(parse_allowlist({"a": "example.com"}), top=1))
    assert (
        "3 servers, 1 malicious\n"
        "1 server more not shown (--top, --min-probability)\n"
        "1 server hidden by the allowlist (--show-allowed)\n"
    ) in text


def test_what_is_allowed_says_by_which_entry() -> None:
    text = ranked(document(), View(parse_allowlist({"a": "example.com"}), show_allowed=True))
    assert "  allowed by example.com\n" in text


def test_capture_is_named_where_each_was_looked_at_by_itself() -> None:
    overview = select(document(), View(), "office__day1.pcap").overview
    assert ranking(overview).count("office__day1.pcap") == 3


def test_target_without_times_or_peers_has_dashes() -> None:
    bare = replace(with_connections(document().targets[1]), dns_names=("a.example", "b.example"))
    text = ranked(replace(document(), targets=(bare,)))
    assert "  client -  -\n  names: a.example, b.example\n" in text


def test_name_that_has_no_room_gets_a_line_of_its_own() -> None:
    name = "a-rather-long-name.for-a-server.example.com"
    site = document().targets[1]
    connections = [changed(each, sni=name) for each in site.connections]
    long = replace(with_connections(site, *connections), ip="2001:db8::1:2:3:4", dns_names=())
    text = ranked(replace(document(), targets=(long,)))
    assert f"2001:db8::1:2:3:4 {name[:16]}…\n" in text
    assert f"  names: {name}\n" in text


def test_a_fingerprint_in_a_reason_is_shortened() -> None:
    digits = "0123456789abcdef" * 4
    reason = Reason("certificate_database", "sha256", digits, None, f"sha256 {digits} is known")
    targets = [
        replace(target, final=replace(target.final, verdict="MALICIOUS"), reasons=(reason,))
        for target in document().targets
    ]
    text = ranked(replace(document(), targets=tuple(targets)))
    assert "  sha256 0123456789ab… is known\n" in text


def test_what_modules_3_and_4_say_of_a_target() -> None:
    lines = ranked(replace(document(), targets=(attacked(target(SITE)),))).splitlines()
    assert lines[0].split()[1:6] == ["FINAL", "m1", "rf", "gbdt", "conv"]
    assert lines[1].split()[5] == "0.75"
    assert "  attack class: DoS" in lines
