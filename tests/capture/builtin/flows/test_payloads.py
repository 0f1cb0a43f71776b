"""Payload to the protocol readers, through real readers of TLS and DNS."""

from __future__ import annotations

import ssl
from dataclasses import replace
from itertools import cycle

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.capture.builtin.flows.packet_blocks import (
    CLIENT,
    SERVER,
    Dialogue,
    Packet,
    logged,
    udp,
)
from tests.capture.builtin.found_tables import table_of
from tests.capture.builtin.tls.handshakes import tls_1_2_flights


def client_hello() -> bytes:
    """Return the first bytes of a real TLS client that asks for shop.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    outgoing = ssl.MemoryBIO()
    session = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="shop.example")
    with pytest.raises(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


HELLO = client_hello()
QUESTION = bytes.fromhex("1234 0100 0001 0000 0000 0000 04 73686f70 07 6578616d706c65 00 0001 0001")
ANSWER = (
    bytes.fromhex("1234 8180 0001 0001 0000 0000")
    + QUESTION[12:]
    + bytes.fromhex("c00c 0001 0001 0000003c 0004 c0000207")
)


def tables(
    packets: list[Packet], size: int = 1 << 16
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the conn, ssl and dns tables."""
    logs = logged(packets, size)
    return table_of(logs, "conn"), table_of(logs, "ssl"), table_of(logs, "dns")


def server_names(packets: list[Packet], size: int = 1 << 16) -> list[str | None]:
    return tables(packets, size)[1]["server_name"].to_list()


def hello_in_pieces(order: list[int], pieces: int = 3) -> list[Packet]:
    dialogue = Dialogue()
    dialogue.handshake()
    step = -(-len(HELLO) // pieces)
    for number, piece in enumerate(order):
        begin = piece * step
        dialogue.client(1 + number, "A", 1 + begin, 1, payload=HELLO[begin : begin + step])
    return dialogue.packets


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 0, 1, 1, 2], [0, 2, 0, 1]])
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_hello_in_any_order_and_any_blocks_is_read(order: list[int], size: int) -> None:
    assert server_names(hello_in_pieces(order), size) == ["shop.example"]


def tls_handshake(sizes: list[int]) -> list[Packet]:
    """Return the packets of a TLS handshake, of which each flight is cut into such sizes."""
    dialogue = Dialogue()
    dialogue.handshake()
    sent = {True: 1, False: 1}
    pieces = cycle(sizes)
    for from_client, data in tls_1_2_flights():
        send = dialogue.client if from_client else dialogue.server
        begin = 0
        while begin < len(data):
            piece = data[begin : begin + next(pieces)]
            at = float(len(dialogue.packets))
            send(at, "PA", sent[from_client], sent[not from_client], payload=piece)
            sent[from_client] += len(piece)
            begin += len(piece)
    return dialogue.packets


@given(st.data(), st.lists(st.integers(200, 1400), min_size=1, max_size=9))
@settings(max_examples=25, deadline=None)
def test_a_block_that_holds_the_handshake_says_what_several_blocks_say(
    data: st.DataObject, sizes: list[int]
) -> None:
    packets = tls_handshake(sizes)
    anywhere = st.integers(3, len(packets) - 1)
    for _ in range(data.draw(st.integers(0, 2))):
        late = packets[data.draw(anywhere)]
        if data.draw(st.booleans()):
            packets.remove(late)
        packets.insert(data.draw(anywhere) - 1, late)
    packets = [replace(packet, at=float(at)) for at, packet in enumerate(packets)]
    whole, parts = tables(packets), tables(packets, 5)
    for in_whole, in_parts in zip(whole, parts, strict=True):
        assert in_whole.equals(in_parts)


def test_a_whole_handshake_is_read() -> None:
    conn, tls, _ = tables(tls_handshake([1400]))
    assert tls.select("version", "established", "ssl_history").rows() == [
        ("TLSv12", True, "CsxknGIti")
    ]
    assert conn["service"].to_list() == ["ssl"]
    assert conn["uid"].to_list() == tls["uid"].to_list()


def test_a_hello_with_a_hole_is_not_read() -> None:
    assert server_names(hello_in_pieces([0, 2])) == []


def test_an_acknowledged_hole_ends_the_reading() -> None:
    packets = hello_in_pieces([0, 2, 1])
    dialogue = Dialogue()
    dialogue.server(2.5, "A", 1, 1 + len(HELLO))
    assert server_names(packets[:-1] + dialogue.packets + packets[-1:]) == []


def test_a_connection_without_its_beginning_is_not_read() -> None:
    assert server_names(hello_in_pieces([0, 1, 2])[2:]) == []


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize("port", [443, 9999])
def test_a_hello_whose_syn_alone_was_not_captured_is_read(port: int, size: int) -> None:
    dialogue = Dialogue(server_port=port)
    dialogue.server(0, "SA", 0, 1)
    dialogue.client(1, "PA", 1, 1, payload=HELLO)
    conn, tls, _ = tables(dialogue.packets, size)
    assert tls.select("id.resp_p", "server_name").rows() == [(port, "shop.example")]
    assert conn["id.resp_p"].to_list() == [port]


@pytest.mark.parametrize("size", [*range(1, 8), 1000])
def test_of_a_handshake_whose_syn_ack_alone_was_not_captured_the_hello_is_read(size: int) -> None:
    packets = tls_handshake([1400])
    conn, tls, _ = tables([packet for packet in packets if packet.flags != "SA"], size)
    assert tls.select("established", "ssl_history").rows() == [(False, "C")]
    assert tls["server_name"].to_list() != [None]
    assert conn["service"].to_list() == ["ssl"]
    assert conn["uid"].to_list() == tls["uid"].to_list()


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_hello_after_the_first_packet_of_a_server_without_beginning_is_not_read(
    size: int,
) -> None:
    dialogue = Dialogue()
    dialogue.client(0, "S")
    dialogue.server(1, "A", 1, 1)
    dialogue.client(2, "PA", 1, 1, payload=HELLO)
    dialogue.server(3, "A", 1, 1 + len(HELLO))
    assert server_names(dialogue.packets, size) == []


def test_other_payload_is_not_read() -> None:
    dialogue = Dialogue(server_port=9999)
    dialogue.handshake()
    dialogue.client(1, "PA", 1, 1, payload=b"hello, who is there?")
    conn, tls, _ = tables(dialogue.packets)
    assert tls.height == 0
    assert conn["service"].to_list() == [None]


def test_rows_of_a_connection_share_its_identifier() -> None:
    conn, tls, _ = tables(hello_in_pieces([0, 1, 2]))
    assert conn["uid"].to_list() == tls["uid"].to_list()


def test_dns_over_udp_is_read() -> None:
    asker, name_server = (CLIENT, 40000), (SERVER, 53)
    packets = [udp(0, asker, name_server, QUESTION), udp(0.2, name_server, asker, ANSWER)]
    conn, _, dns = tables(packets)
    assert dns["query"].to_list() == ["shop.example"]
    assert dns["answers"].to_list() == [[SERVER]]
    assert conn["service"].to_list() == ["dns"]
    assert conn["uid"].to_list() == dns["uid"].to_list()


def test_dns_over_tcp_is_read_across_segments() -> None:
    dialogue = Dialogue(server_port=53)
    dialogue.handshake()
    framed = len(QUESTION).to_bytes(2, "big") + QUESTION
    dialogue.client(1, "A", 1, 1, payload=framed[:9])
    dialogue.client(1.1, "PA", 10, 1, payload=framed[9:])
    framed = len(ANSWER).to_bytes(2, "big") + ANSWER
    dialogue.server(1.2, "PA", 1, 1 + len(QUESTION) + 2, payload=framed)
    conn, _, dns = tables(dialogue.packets)
    assert (dns["query"].to_list(), dns["rcode_name"].to_list()) == (["shop.example"], ["NOERROR"])
    assert conn["service"].to_list() == ["dns"]


def test_a_datagram_cut_off_by_the_capture_does_no_harm() -> None:
    packets = [udp(0, (CLIENT, 40000), (SERVER, 53), QUESTION, captured=5)]
    conn, _, dns = tables(packets)
    assert (conn.height, dns.height) == (1, 0)
