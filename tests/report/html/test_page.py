import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from report.allowlist import parse_allowlist
from report.html.embedded import document_text
from report.html.page import WHOLE, page
from report.selection import View, select
from verdict.document import Document
from verdict.document_json import from_json, to_json

from ...verdict.synthetic import BEACON, PLAIN, SITE
from ..documents import document, target
from ..test_attack_class import FOUND

EVIL = '</script><img src=x onerror="alert(1)">\x1b[2J'
_EMPTY = {"meta", "input"}


class Outline(HTMLParser):
    """Checks that elements are closed in order, and keeps what the tests ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scopes: list[str | None] = []
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag == "th":
            self.scopes.append(given.get("scope"))
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Leave the elements of drawings that hold nothing."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(of: Document, view: View | None = None) -> Outline:
    found = Outline()
    found.feed(page(select(of, view or View())))
    assert found.open == []
    return found


def many(count: int) -> Document:
    site = target(SITE)
    targets = tuple(replace(site, ip=f"10.0.{number}.1") for number in range(count))
    return replace(document(), targets=targets)


def embedded(text: str) -> Document:
    return from_json(document_text(text))


def test_elements_are_closed_and_identifiers_are_unique() -> None:
    found = outline(many(WHOLE + 3))
    assert len(found.ids) == len(set(found.ids))
    assert [f"target-{number}" for number in range(WHOLE + 3)] == [
        each for each in found.ids if each.startswith("target-")
    ]


def test_headings_skip_no_level_and_headers_of_tables_have_a_scope() -> None:
    found = outline(document())
    assert found.levels[0] == 1
    steps = [after - before for before, after in zip(found.levels, found.levels[1:], strict=False)]
    assert max(steps) <= 1
    assert set(found.scopes) == {"row", "col"}


def test_nothing_is_fetched_from_elsewhere() -> None:
    found = outline(document())
    places = [value for name, value in found.attributes if name in ("src", "href") and value]
    assert all(place.startswith("#") for place in places)
    assert "url(" not in page(select(document(), View()))


def test_only_the_style_and_script_of_the_page_may_run() -> None:
    text = page(select(document(), View()))
    for name in ("style", "script"):
        (content,) = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in text


def test_names_from_a_capture_are_text() -> None:
    site = target(SITE)
    odd = replace(
        site,
        dns_names=(EVIL,),
        features={"tlsSni": EVIL},
        certificates=(replace(site.certificates[0], subject=EVIL, names=(EVIL,)),),
        reasons=(replace(target(BEACON).reasons[0], text=EVIL),),
    )
    text = page(select(replace(document(), targets=(odd,)), View()))
    assert "<img" not in text
    assert "\x1b" not in text
    assert text.count("</script>") == 2


def test_document_is_embedded_whole() -> None:
    view = View(parse_allowlist({"a": "example.com"}), top=1)
    assert to_json(embedded(page(select(document(), view)))) == to_json(document())


def test_what_comes_after_the_first_targets_is_packed() -> None:
    text = page(select(many(WHOLE + 21), View()))
    assert text.count('<details id="target-') == WHOLE + 21
    assert text.count('<div class="body"></div>') == 21
    assert 'data-pack="1" data-part="0"' in text
    assert 'id="pack-1"' in text
    assert 'id="pack-2"' not in text


def test_two_runs_give_the_same_bytes() -> None:
    assert page(select(many(30), View())) == page(select(many(30), View()))


@pytest.mark.parametrize("addresses", [(PLAIN,), (SITE, BEACON)])
def test_every_kind_of_target_has_a_page(addresses: tuple[str, ...]) -> None:
    outline(document(*addresses))


def test_without_targets_the_page_says_so() -> None:
    text = page(select(replace(document(), targets=()), View()))
    assert "no TLS server was seen" in text
    assert "office.pcap: skipped 2 packets (not IP)" in text


def test_what_is_allowed_is_counted_or_marked() -> None:
    allowlist = parse_allowlist({"a": "example.com"})
    assert "1 server hidden by the allowlist" in page(select(document(), View(allowlist)))
    assert "NORMAL (allowed)" in page(select(document(), View(allowlist, show_allowed=True)))


def test_attacks_on_servers_without_tls_stand_in_the_page() -> None:
    attacked = replace(document(), targets=(), attack_classes=FOUND)
    text = page(select(attacked, View()))
    assert "flows that are called an attack: 3 (SSH-Bruteforce 2, DoS 1)" in text
    assert "the attack classes of flows stand below" in text
    assert str(FOUND.flows[0].evidence) in text
    assert '<p class="total unsure">0 servers' in text
    outline(attacked)


def test_servers_that_are_all_hidden_are_not_said_to_be_none() -> None:
    text = page(select(document(), View(min_probability=1.0)))
    assert "no TLS server was seen" not in text
    assert "3 servers more not shown" in text
