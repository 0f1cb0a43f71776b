from report.html.timeline import timeline
from report.language import ENGLISH

from ...verdict.synthetic import BEACON, CLIENT, SITE
from ..documents import changed, document, target, with_connections


def test_malicious_connections_have_another_form() -> None:
    beacons, site = (timeline(target(ip), ENGLISH) for ip in (BEACON, SITE))
    assert (beacons.count("<path"), beacons.count("<circle")) == (6, 0)
    assert (site.count("<path"), site.count("<circle")) == (0, 2)


def test_it_is_told_in_words_too() -> None:
    words = "6 TLS connections, from 2026-09-21 14:13:20 to 2026-09-21 14:18:20 UTC"
    assert f'role="img" aria-label="{words}"' in timeline(target(BEACON), ENGLISH)


def test_a_client_has_a_lane_for_each_server() -> None:
    assert timeline(document(CLIENT).targets[0], ENGLISH).count('class="lane"') == 3


def test_marks_at_one_place_are_drawn_once() -> None:
    site = target(SITE)
    many = [site.connections[0]] * 5000
    assert timeline(with_connections(site, *many), ENGLISH).count("<circle") == 1


def test_lanes_beyond_the_twelfth_are_counted() -> None:
    site = target(SITE)
    many = [changed(site.connections[0], server_port=port) for port in range(1, 15)]
    drawn = timeline(with_connections(site, *many), ENGLISH)
    assert drawn.count('class="lane"') == 12
    assert "(12 / 14)" in drawn


def test_without_times_there_is_nothing_to_draw() -> None:
    site = target(SITE)
    assert timeline(with_connections(site, changed(site.connections[0], ts=None)), ENGLISH) == ""
