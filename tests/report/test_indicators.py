from dataclasses import replace

from report.indicators import Key, indicators

from ..verdict.synthetic import BEACON, BEACON_LEAF, CLIENT, SITE, START
from .documents import changed, document, target, with_connections


def test_what_is_malicious_is_there_and_nothing_else() -> None:
    assert [each.key for each in indicators(document())] == [
        Key("certificate", BEACON_LEAF),
        Key("server", BEACON, "443/tcp"),
    ]


def test_names_in_dns_and_ja3_are_indicators_but_an_sni_is_none() -> None:
    beacon = target(BEACON)
    first = changed(beacon.connections[0], sni="www.example.com", ja3="a" * 32)
    named = replace(with_connections(beacon, first), dns_names=("c2.example",))
    keys = [each.key for each in indicators(replace(document(), targets=(named,)))]
    assert keys == [
        Key("certificate", BEACON_LEAF),
        Key("domain", "c2.example"),
        Key("ja3", "a" * 32),
        Key("server", BEACON, "443/tcp"),
    ]


def test_of_a_malicious_client_only_its_worst_server_counts() -> None:
    values = {each.key.value for each in indicators(document(CLIENT))}
    assert values == {BEACON, BEACON_LEAF}
    assert SITE not in values


def test_the_same_thing_twice_is_one_with_the_higher_probability_and_both_times() -> None:
    beacon = target(BEACON)
    early = with_connections(beacon, changed(beacon.connections[0], ts=START - 50))
    likely = replace(early, final=replace(beacon.final, probability=0.99))
    both = replace(document(), targets=(beacon, likely))
    (_, server) = indicators(both)
    assert (server.probability, server.first_ts, server.last_ts) == (0.99, START - 50, START + 300)


def test_times_that_are_known_go_before_those_that_are_not() -> None:
    beacon = target(BEACON)
    untimed = with_connections(beacon, changed(beacon.connections[0], ts=None))
    for both in ((untimed, beacon), (beacon, untimed)):
        (_, server) = indicators(replace(document(), targets=both))
        assert (server.first_ts, server.last_ts) == (START, START + 300)


def test_server_of_each_port_and_protocol_is_one() -> None:
    beacon = target(BEACON)
    ends = ((443, None), (443, "udp"), (8443, "tcp"))
    several = [changed(beacon.connections[0], server_port=at, proto=by) for at, by in ends]
    found = indicators(replace(document(), targets=(with_connections(beacon, *several),)))
    servers = [each.key.detail for each in found if each.key.kind == "server"]
    assert servers == ["443/tcp", "443/udp", "8443/tcp"]


def test_certificate_has_its_sha1_beside_it() -> None:
    assert [each.sha1 for each in indicators(document())] == [BEACON_LEAF[:40], None]


def test_connections_that_show_no_certificate_have_none() -> None:
    beacon = target(BEACON)
    resumed = changed(beacon.connections[0], certificates=())
    found = indicators(replace(document(), targets=(with_connections(beacon, resumed),)))
    assert [each.key.kind for each in found] == ["server"]


def test_comment_has_the_first_reasons() -> None:
    comment = indicators(document())[0].comment
    assert comment == "; ".join(reason.text for reason in target(BEACON).reasons[:3])
    assert comment.startswith("self-signed certificate (CN=localhost")


def test_identifier_of_older_logs_is_no_fingerprint() -> None:
    beacon = target(BEACON)
    odd = with_connections(beacon, changed(beacon.connections[0], certificates=("FabcDEF1",)))
    kinds = [each.key.kind for each in indicators(replace(document(), targets=(odd,)))]
    assert kinds == ["server"]
