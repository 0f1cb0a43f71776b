from report.display_filter import connection_filter, server_filter, target_filter
from verdict.document import ServerKey

from ..verdict.synthetic import CLIENT, SITE
from .documents import changed, document, target, with_connections


def test_filter_of_a_server_names_its_ports() -> None:
    site = target(SITE)
    assert target_filter(site) == "ip.addr == 198.51.100.7 && tcp.port == 443"
    more = changed(site.connections[0], server_port=8443, proto="udp")
    assert target_filter(with_connections(site, *site.connections, more)) == (
        "ip.addr == 198.51.100.7 && (tcp.port == 443 || udp.port == 8443)"
    )


def test_filter_of_a_client_is_its_address() -> None:
    assert target_filter(document(CLIENT).targets[0]) == "ip.addr == 192.168.1.66"


def test_filter_of_a_row_of_ipv6() -> None:
    key = ServerKey("2001:db8::1", "2001:db8::2", 443, "udp")
    assert server_filter(key) == (
        "ipv6.addr == 2001:db8::1 && ipv6.addr == 2001:db8::2 && udp.port == 443"
    )


def test_filter_of_a_connection_has_both_ports_as_far_as_known() -> None:
    connection = target(SITE).connections[0]
    ends = "ip.addr == 192.168.1.66 && ip.addr == 198.51.100.7"
    assert connection_filter(connection) == f"{ends} && tcp.port == 50000 && tcp.port == 443"
    unknown = changed(connection, client_port=None, proto=None)
    assert connection_filter(unknown) == f"{ends} && tcp.port == 443"
