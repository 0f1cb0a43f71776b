from dataclasses import replace

import pytest

from report.allowlist import parse_allowlist
from report.selection import Sort, View, select, together
from verdict.attack_class import AttackClasses

from ..verdict.synthetic import BEACON, HIDDEN, SITE
from .documents import document

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


def test_attack_classes_of_several_captures_are_added_up() -> None:
    attacked = replace(document(), attack_classes=AttackClasses("DoS", (), {"DoS": 2}))
    parts = [select(each, View()).overview for each in (attacked, document(), attacked)]
    assert together(parts, View()).attack_classes == AttackClasses("DoS", (), {"DoS": 4})
