import json
from dataclasses import replace

from report.triage import json_lines, names_of, times_of, triage_row

from ..verdict.synthetic import BEACON, CLIENT, HIDDEN, SITE, START
from .documents import changed, document, target, with_connections


def test_row_can_be_joined_with_logs_and_other_tools() -> None:
    row = triage_row(target(BEACON), capture="office")
    assert (row.capture, row.ports, row.peers) == ("office", ("443/tcp",), (CLIENT,))
    assert (row.first_ts, row.last_ts, row.connections) == (START, START + 300, 6)
    assert row.uids == ("Cb0", "Cb1", "Cb2", "Cb3", "Cb4", "Cb5")
    assert len(row.community_ids) == 1
    assert row.filter == "ip.addr == 203.0.113.66 && tcp.port == 443"


def test_row_of_a_client_names_the_server_its_verdict_rests_on_first() -> None:
    (client,) = document(CLIENT).targets
    assert triage_row(client).peers == (BEACON, SITE, HIDDEN)


def test_row_of_a_server_names_its_clients_and_ports_in_order() -> None:
    first = target(BEACON).connections[0]
    ends = (("10.0.0.9", 993, "tcp"), ("10.0.0.1", 443, "udp"), ("10.0.0.5", 443, None))
    several = [
        changed(first, client=client, server_port=port, proto=proto) for client, port, proto in ends
    ]
    row = triage_row(with_connections(target(BEACON), *several, *several))
    assert row.peers == ("10.0.0.1", "10.0.0.5", "10.0.0.9")
    assert row.ports == ("443/tcp", "443/udp", "993/tcp")


def test_name_asked_for_most_comes_first_then_those_in_dns() -> None:
    site = target(SITE)
    asked = ["a.example", "b.example", "b.example", None]
    connections = [changed(site.connections[0], sni=name) for name in asked]
    several = replace(with_connections(site, *connections), dns_names=("a.example", "c.example"))
    assert names_of(several) == ("b.example", "a.example", "c.example")


def test_times_of_a_target_without_any() -> None:
    site = target(SITE)
    assert times_of(with_connections(site, changed(site.connections[0], ts=None))) is None


def test_lines_of_json_round_numbers() -> None:
    rows = [triage_row(replace(each, reasons=())) for each in document().targets]
    lines = json_lines(rows).splitlines()
    assert [json.loads(line)["ip"] for line in lines] == [BEACON, SITE, HIDDEN]
    assert json.loads(lines[1])["probability"] == round(target(SITE).final.probability, 6)
