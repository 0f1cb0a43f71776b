from module2.features import server_rows
from tests.module2.small_logs import CLIENT, SERVER, flow, logs_of, tls


def test_rows_are_one_a_client_server_port_and_protocol_in_order() -> None:
    ends = [
        {"uid": "A", "id_resp_p": 8443},
        {"uid": "B"},
        {"uid": "C", "id_orig_h": "192.168.1.5"},
        {"uid": "D", "id_resp_h": "203.0.113.6"},
        {"uid": "E"},
    ]
    logs = logs_of([flow(**each) for each in ends], [tls(**each) for each in ends])
    keys = server_rows(logs).select("client", "server", "port", "proto").rows()
    assert keys == [
        (CLIENT, "203.0.113.6", 443, "tcp"),
        (CLIENT, SERVER, 443, "tcp"),
        (CLIENT, SERVER, 8443, "tcp"),
        ("192.168.1.5", SERVER, 443, "tcp"),
    ]


def test_a_key_without_tls_gives_no_row() -> None:
    assert server_rows(logs_of([flow()])).is_empty()


def test_the_protocol_is_that_of_the_connection() -> None:
    logs = logs_of([flow(proto="udp")], [tls()])
    assert server_rows(logs)["proto"].to_list() == ["udp"]


def test_without_the_connection_the_record_tells_the_protocol_else_it_is_tcp() -> None:
    assert server_rows(logs_of(ssl=[tls(proto="udp")]))["proto"].to_list() == ["udp"]
    assert server_rows(logs_of(ssl=[tls()]))["proto"].to_list() == ["tcp"]


def test_a_record_without_addresses_gives_no_row() -> None:
    assert server_rows(logs_of([flow()], [tls(id_resp_h=None)])).is_empty()
