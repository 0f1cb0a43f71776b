from dataclasses import replace
from typing import Any

import pytest

from report.allowlist import parse_allowlist
from report.selection import Sort, View, select, together
from verdict.attack_class import AttackClasses
from verdict.document import Target, Verdict

from ..verdict.synthetic import BEACON, HIDDEN, SITE
from .documents import changed, document, target, with_connections

ALLOWED = parse_allowlist({"allow": "example.com\n203.0.113.66\n"})


def ips(view: View) -> list[str]:
    return [each.target.ip for each in select(document(), view).shown]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("probability", [BEACON, SITE, HIDDEN]),
        ("time", [BEACON, HIDDEN, SITE]),
        ("connections", [BEACON, SITE, HIDDEN]),
        ("name", [SITE, HIDDEN, BEACON]),
        ("address", [SITE, HIDDEN, BEACON]),
    ],
)
def test_order(sort: Sort, expected: list[str]) -> None:
    assert ips(View(sort=sort)) == expected


def like_site(ip: str, verdict: Verdict, probability: float | None, **values: Any) -> Target:
    """Return a server of this verdict; ``values`` change its only connection."""
    site = target(SITE)
    one = with_connections(site, changed(site.connections[0], **values))
    final = replace(site.final, verdict=verdict, probability=probability)
    return replace(one, ip=ip, final=final, dns_names=())


def order_of(sort: Sort, *targets: Target) -> list[str]:
    shown = select(replace(document(), targets=targets), View(sort=sort)).shown
    return [each.target.ip for each in shown]


def test_worst_first_is_by_verdict_then_probability_then_address() -> None:
    targets = [
        like_site("10.0.0.1", "NOT ASSESSED", None),
        like_site("10.0.0.2", "NORMAL", 0.1),
        like_site("10.0.0.3", "NORMAL", 0.6),
        like_site("10.0.0.4", "MALICIOUS", 0.55),
        like_site("10.0.0.6", "MALICIOUS", 1.0),
        like_site("10.0.0.5", "MALICIOUS", 1.0),
    ]
    assert [ip[-1] for ip in order_of("probability", *targets)] == [*"564321"]


def test_what_a_sort_cannot_tell_comes_last_and_worst_first() -> None:
    targets = [
        like_site("10.0.0.1", "NORMAL", 0.1, ts=None, sni=None),
        like_site("10.0.0.2", "MALICIOUS", 0.9, ts=None, sni=None),
        like_site("10.0.0.3", "NORMAL", 0.1, ts=5.0, sni="b.example"),
        like_site("10.0.0.4", "NORMAL", 0.2, ts=7.0, sni="a.z.example"),
        like_site("10.0.0.5", "NORMAL", 0.3, ts=5.0, sni="C.A.example"),
    ]
    assert [ip[-1] for ip in order_of("time", *targets)] == [*"45321"]
    assert [ip[-1] for ip in order_of("name", *targets)] == [*"53421"]


def test_addresses_stand_by_number_ipv4_first() -> None:
    ips = ["2001:db8::1", "10.0.0.10", "no address", "10.0.0.9", "::1"]
    found = order_of("address", *(like_site(ip, "NORMAL", 0.1) for ip in ips))
    assert found == ["no address", "10.0.0.9", "10.0.0.10", "::1", "2001:db8::1"]


def test_the_least_probability_is_shown_and_none_is_below_all() -> None:
    targets = (like_site("10.0.0.1", "NORMAL", 0.25), like_site("10.0.0.2", "NOT ASSESSED", None))
    shown = select(replace(document(), targets=targets), View(min_probability=0.25)).overview
    assert ([row.ip for row in shown.rows], shown.left_out) == (["10.0.0.1"], 1)
    assert len(select(replace(document(), targets=targets), View()).shown) == 2


def test_top_and_least_probability_leave_out_and_count() -> None:
    overview = select(document(), View(top=1)).overview
    assert ([row.ip for row in overview.rows], overview.left_out) == ([BEACON], 2)
    overview = select(document(), View(min_probability=0.5)).overview
    assert ([row.ip for row in overview.rows], overview.left_out) == ([BEACON], 2)


def test_what_the_allowlist_hides_is_counted_and_is_not_malicious() -> None:
    overview = select(document(), View(ALLOWED)).overview
    assert [row.ip for row in overview.rows] == [HIDDEN]
    assert (overview.servers, overview.malicious, overview.hidden) == (3, 0, 2)


def test_what_is_hidden_can_be_shown_with_the_reason() -> None:
    selection = select(document(), View(ALLOWED, show_allowed=True))
    allowed = {row.ip: row.allowed_by for row in selection.overview.rows}
    assert allowed == {BEACON: ("203.0.113.66",), SITE: ("example.com",), HIDDEN: ()}
    assert (selection.overview.malicious, selection.overview.hidden) == (0, 0)


def test_malicious_counts_what_is_not_shown_too() -> None:
    view = View(top=1, sort="name")
    assert select(document(), view).overview.malicious == 1


def test_document_itself_stays_whole() -> None:
    selection = select(document(), View(top=1))
    assert len(selection.document.targets) == 3
    assert [each.ip for each in selection.visible.targets] == [BEACON]


def test_overviews_of_several_captures_are_ordered_together() -> None:
    parts = [select(document(), View(ALLOWED), name).overview for name in ("b", "a")]
    parts.append(select(document(), View(), "c").overview)
    whole = together(parts, View(top=3))
    assert [(row.ip, row.capture) for row in whole.rows] == [
        (BEACON, "c"),
        (SITE, "c"),
        (HIDDEN, "a"),
    ]
    assert (whole.servers, whole.malicious, whole.hidden, whole.left_out) == (9, 1, 4, 2)
    assert len(whole.captures) == 3


def test_attack_classes_of_several_captures_are_kept_apart() -> None:
    classes = AttackClasses("DoS", (), {"DoS": 2})
    attacked = replace(document(), attack_classes=classes)
    named = {"a": attacked, "b": document(), "c": attacked}
    parts = [select(each, View(), name).overview for name, each in named.items()]
    found = [(each.capture, each.classes) for each in together(parts, View()).attacks]
    assert found == [("a", classes), ("b", None), ("c", classes)]
