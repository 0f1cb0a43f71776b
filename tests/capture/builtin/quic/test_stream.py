"""Whole connections: of a real implementation, published, made by hand, and damaged."""

import csv
import datetime
import itertools
import ssl
from pathlib import Path

import polars as pl
import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.packet import (
    QuicProtocolVersion,
    encode_quic_retry,
    encode_quic_version_negotiation,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.engine import analyse
from capture.builtin.quic.stream import MOST_DATAGRAMS, QuicStream
from capture.builtin.segment import Segment
from pcaps.generate.certificates import server_certificate
from pcaps.generate.network import Route
from pcaps.generate.quic import QuicExchange
from pcaps.generate.web_server import new_authority
from pcaps.generate.writer import pcap_bytes
from tests.capture.builtin.quic.packet_bytes import (
    CHOSEN_ID,
    VERSION_1,
    VERSION_2,
    crypto_frame,
    initial_packet,
    long_header,
)
from tests.capture.builtin.quic.published_packets import (
    CLIENT_VERSION_1,
    CLIENT_VERSION_2,
    SERVER_VERSION_1,
    SERVER_VERSION_2,
)
from tests.capture.builtin.tls.handshakes import client_hello, extension, prefixed, server_hello

NAME = extension(0, prefixed(2, b"\0" + prefixed(2, b"quic.example")))
CLIENT_HELLO = client_hello(NAME, extension(16, prefixed(2, prefixed(1, b"h3"))))
TLS_1_3 = extension(43, b"\x03\x04")
SERVER_HELLO = server_hello(
    TLS_1_3, extension(51, b"\0\x1d" + prefixed(2, bytes(32))), cipher_suite=0x1301
)
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
SHORT_HEADER = (False, b"\x40" + bytes(40))

Datagram = tuple[bool, bytes]


def feed(datagrams: list[Datagram]) -> QuicStream:
    """Return a stream that read datagrams, the n-th of which came at n microseconds."""
    stream = QuicStream()
    stream.read(Segment(1000 * number, *datagram) for number, datagram in enumerate(datagrams))
    return stream


def from_client(*frames: bytes, **options) -> Datagram:
    return True, initial_packet(b"".join(frames), **options)


def from_server(*frames: bytes, **options) -> Datagram:
    return False, initial_packet(b"".join(frames), from_client=False, **options)


CLIENT_FIRST = from_client(crypto_frame(0, CLIENT_HELLO))
SERVER_FIRST = from_server(crypto_frame(0, SERVER_HELLO))


def first_flight(version: QuicProtocolVersion, name: str) -> list[Datagram]:
    """Return what a real client sends to a server before it hears from it."""
    client = QuicConnection(
        configuration=QuicConfiguration(
            alpn_protocols=["h3", "hq"],
            server_name=name,
            original_version=version,
            supported_versions=[version],
            verify_mode=ssl.CERT_NONE,
        )
    )
    client.connect(("192.0.2.1", 443), now=0.0)
    return [(True, data) for data, _ in client.datagrams_to_send(now=0.0)]


@pytest.mark.parametrize("version", [QuicProtocolVersion.VERSION_1, QuicProtocolVersion.VERSION_2])
def test_client_of_a_real_implementation(version):
    stream = feed(first_flight(version, "name.example"))
    found = stream.result()
    assert found.server_name == "name.example"
    assert found.client_offer.application_protocols == ("h3", "hq")
    assert (found.history, found.time_ns, stream.finished) == ("C", 0, False)


def test_version_without_an_answer_is_what_the_client_offers():
    versions = extension(43, prefixed(1, b"\x1a\x1a\x03\x04"))
    found = feed([from_client(crypto_frame(0, client_hello(NAME, versions)))]).result()
    assert (found.version, found.cipher, found.history) == ("TLSv13", None, "C")
    nothing_offered = extension(43, prefixed(1, b""))
    found = feed([from_client(crypto_frame(0, client_hello(nothing_offered)))]).result()
    assert found.version is None


@pytest.mark.parametrize(
    ("client", "server"),
    [(CLIENT_VERSION_1, SERVER_VERSION_1), (CLIENT_VERSION_2, SERVER_VERSION_2)],
)
def test_published_connection(client, server):
    stream = feed([(True, client), (False, server)])
    found = stream.result()
    assert found.server_name == "example.com"
    assert (found.version, found.cipher, found.curve) == (
        "TLSv13",
        "TLS_AES_128_GCM_SHA256",
        "x25519",
    )
    assert (found.history, found.established, found.resumed) == ("Cs", False, False)
    assert found.next_protocol is None
    assert found.confirmed
    assert stream.finished


def test_time_is_that_of_the_datagram_that_completes_the_hello():
    half = len(CLIENT_HELLO) // 2
    first = from_client(crypto_frame(half, CLIENT_HELLO[half:]))
    second = from_client(crypto_frame(0, CLIENT_HELLO[:half]), number=1)
    assert feed([first, SHORT_HEADER, second]).result().time_ns == 2000
    assert feed([first]).result() is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, len(CLIENT_HELLO) - 1), max_size=8),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_hello_in_pieces_over_frames_and_packets_in_any_order(cuts, packets, random):
    bounds = [0, *sorted(set(cuts)), len(CLIENT_HELLO)]
    frames = [
        crypto_frame(start, CLIENT_HELLO[start:end]) for start, end in itertools.pairwise(bounds)
    ]
    frames += random.sample(frames, min(2, len(frames)))
    random.shuffle(frames)
    shares = [frames[start::packets] for start in range(packets)]
    datagrams = [from_client(b"\0\1", *share, number=n) for n, share in enumerate(shares)]
    random.shuffle(datagrams)
    found = feed([*datagrams, SERVER_FIRST]).result()
    assert (found.server_name, found.history) == ("quic.example", "Cs")


def test_packets_that_share_a_datagram():
    half = len(CLIENT_HELLO) // 2
    parts = [(0, CLIENT_HELLO[:half]), (half, CLIENT_HELLO[half:])]
    data = b"".join(
        initial_packet(crypto_frame(offset, part), number=number)
        for number, (offset, part) in enumerate(parts)
    )
    assert feed([(True, data)]).result().server_name == "quic.example"


def test_retransmissions_change_nothing():
    found = feed([CLIENT_FIRST, CLIENT_FIRST, from_client(crypto_frame(0, CLIENT_HELLO), number=1)])
    assert found.result().history == "C"


def test_retry_changes_the_keys():
    retry = encode_quic_retry(VERSION_1, b"new name", b"source", CHOSEN_ID, b"token")
    again = from_client(
        crypto_frame(0, CLIENT_HELLO), chosen_id=b"new name", token=b"token", number=1
    )
    answer = from_server(crypto_frame(0, SERVER_HELLO), chosen_id=b"new name")
    found = feed([CLIENT_FIRST, (False, retry), again, answer]).result()
    assert (found.server_name, found.history, found.version) == ("quic.example", "Cs", "TLSv13")


def test_pieces_from_before_a_retry_do_not_mix_with_those_after():
    half = len(CLIENT_HELLO) // 2
    other = bytes(len(CLIENT_HELLO) - half)
    before = from_client(crypto_frame(half, other))
    after = from_client(crypto_frame(0, CLIENT_HELLO), chosen_id=b"new name")
    assert feed([before, after]).result().server_name == "quic.example"


def test_version_negotiation_and_a_new_beginning():
    unknown = (True, long_header(0xC0, 0x1A2A3A4A, CHOSEN_ID, b"source", bytes(1200)))
    negotiation = encode_quic_version_negotiation(b"source", CHOSEN_ID, [VERSION_2])
    client = from_client(crypto_frame(0, CLIENT_HELLO), version=VERSION_2)
    server = from_server(crypto_frame(0, SERVER_HELLO), version=VERSION_2)
    assert feed([unknown, (False, negotiation), client, server]).result().history == "Cs"


def test_hello_retry_request():
    request = server_hello(TLS_1_3, random=RETRY_RANDOM, cipher_suite=0x1301)
    datagrams = [
        CLIENT_FIRST,
        from_server(crypto_frame(0, request)),
        from_client(crypto_frame(len(CLIENT_HELLO), CLIENT_HELLO), number=1),
        from_server(crypto_frame(len(request), SERVER_HELLO), number=1),
    ]
    assert not feed(datagrams[:3]).finished
    stream = feed(datagrams)
    assert (stream.result().history, stream.finished) == ("CjCs", True)


def test_early_data_before_the_first_initial_packet():
    early = (True, long_header(0xD0, VERSION_1, CHOSEN_ID, b"", b"\x14" + bytes(20)))
    assert feed([early, CLIENT_FIRST, SERVER_FIRST]).result().history == "Cs"


def test_a_server_without_its_client_is_not_understood():
    stream = feed([SERVER_FIRST])
    assert (stream.result(), stream.finished) == (None, False)


def test_a_message_that_does_not_belong_there_is_no_hello():
    assert feed([from_client(crypto_frame(0, b"\xfe\0\0\1x"))]).result() is None
    after_hello = from_client(crypto_frame(len(CLIENT_HELLO), b"\xfe\0\0\1x"), number=1)
    stream = feed([CLIENT_FIRST, after_hello])
    assert (stream.finished, stream.result().confirmed) == (True, False)


def test_only_the_first_datagrams_are_looked_at():
    stream = feed([SHORT_HEADER] * MOST_DATAGRAMS + [CLIENT_FIRST])
    assert stream.finished
    assert stream.result() is None


def test_undecryptable_packets_in_one_datagram_are_limited():
    tiny = long_header(0xC0, VERSION_1, CHOSEN_ID, b"", b"\0\x18" + bytes(24))
    assert feed([(True, tiny * 1500)]).finished


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 1300), st.binary(min_size=1, max_size=4)),
        max_size=5,
    ),
    st.integers(0, 1300),
)
def test_damaged_datagrams_do_no_harm(changes, cut):
    datagrams = [bytearray(data) for _, data in (CLIENT_FIRST, SERVER_FIRST)]
    for which, offset, value in changes:
        target = datagrams[which % 2]
        target[offset : offset + len(value)] = value
    client, server = (bytes(data) for data in datagrams)
    stream = feed([(True, client), (True, client[:cut]), (False, server), (False, server[cut:])])
    found = stream.result()
    assert found is None or found.server_name in (None, "quic.example")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6), st.integers(0, 40))
def test_any_handshake_bytes_do_no_harm(pieces, offset):
    frames = [crypto_frame(offset * number, piece) for number, piece in enumerate(pieces)]
    stream = feed([CLIENT_FIRST, from_server(*frames), from_client(b"".join(pieces), number=1)])
    assert stream.result().server_name == "quic.example"


@pytest.fixture(scope="module")
def real_capture(tmp_path_factory) -> Path:
    """Return a capture of one connection between a real client and a real server."""
    not_before = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    identity = server_certificate(
        new_authority().issuer, {"CN": "www.example.com"}, ["www.example.com"], not_before
    )
    route = Route(("192.168.1.23", 50_000), ("198.51.100.7", 8443), 0.03)
    exchange = QuicExchange(route, 1_773_000_000_000_000_000, identity, "www.example.com")
    exchange.handshake()
    exchange.request("/", 20_000)
    exchange.close()
    path = tmp_path_factory.mktemp("quic") / "real.pcap"
    path.write_bytes(pcap_bytes(exchange.packets))
    return path


def test_in_a_capture_of_a_real_client_and_server(real_capture):
    logs = analyse(real_capture)
    row = logs.ssl.row(0, named=True)
    assert len(logs.ssl) == 1
    assert (row["server_name"], row["version"], row["proto"]) == (
        "www.example.com",
        "TLSv13",
        "udp",
    )
    assert (row["id.orig_p"], row["id.resp_p"]) == (50_000, 8443)
    assert (row["established"], row["next_protocol"], row["ssl_history"]) == (False, None, "Cs")
    assert row["cert_chain_fps"] is None
    assert (row["client_alpn"], row["ja4"][:4]) == (["h3"], "q13d")
    assert logs.conn.select("uid", "service").rows() == [(row["uid"], "quic,ssl")]


def test_names_in_shared_captures(shared_data):
    with (shared_data / "servers.csv").open(newline="") as file:
        known = {
            (row["path"], row["server_ip"]): set(row["sni"].split("|"))
            for row in csv.DictReader(file)
        }
    connections = 0
    for name in ("exemple.pcap", "quic-28.pcap", "quic-ack3__input.pcap", "quic-39264-rand.pcap"):
        (path,) = (shared_data / "pcaps").glob(f"benign/*/{name}")
        ssl = analyse(path).ssl.filter(pl.col("proto") == "udp")
        for server, found in ssl.select("id.resp_h", "server_name").iter_rows():
            assert found in known[str(path.relative_to(shared_data)), server]
            connections += 1
    assert connections == 10
