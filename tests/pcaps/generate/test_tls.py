import datetime
import ssl

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pcaps.generate.certificates import (
    Identity,
    elliptic_curve_key,
    self_signed_certificate,
)
from pcaps.generate.tls import TlsExchange, client_context, server_context
from pcaps.generate.web_server import Authority
from tests.pcaps.generate.dissection import tls_records

NOT_BEFORE = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11

VERSIONS = pytest.mark.parametrize(
    ("version", "name"),
    [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")],
)


def sent_by(exchange: TlsExchange, *, client: bool) -> bytes:
    return b"".join(flight.data for flight in exchange.flights if flight.from_client == client)


@pytest.fixture
def server(identity: Identity) -> ssl.SSLContext:
    return server_context(identity, protocols=["h2", "http/1.1"])


@VERSIONS
def test_a_verifying_client_completes_the_handshake(
    authority: Authority,
    identity: Identity,
    server: ssl.SSLContext,
    version: ssl.TLSVersion,
    name: str,
) -> None:
    client = client_context(authority.root, highest=version, protocols=["h2"])
    exchange = TlsExchange(client, server, server_name="www.example.com")
    exchange.handshake()
    assert exchange.client.version() == exchange.server.version() == name
    assert exchange.client.selected_alpn_protocol() == "h2"
    seen = exchange.client.getpeercert(binary_form=True)
    assert seen == identity.certificate.public_bytes(Encoding.DER)


def test_the_first_records_are_the_hellos_and_the_certificate(
    authority: Authority, identity: Identity, server: ssl.SSLContext
) -> None:
    client = client_context(authority.root, highest=ssl.TLSVersion.TLSv1_2)
    exchange = TlsExchange(client, server, server_name="www.example.com")
    exchange.handshake()
    hello = next(tls_records(sent_by(exchange, client=True)))
    assert (hello[0], hello[2][0]) == (HANDSHAKE, CLIENT_HELLO)
    assert b"www.example.com" in hello[2]
    answers = list(tls_records(sent_by(exchange, client=False)))
    assert [(kind, data[0]) for kind, _, data in answers[:2]] == [
        (HANDSHAKE, SERVER_HELLO),
        (HANDSHAKE, CERTIFICATE),
    ]
    assert identity.certificate.public_bytes(Encoding.DER) in answers[1][2]


@VERSIONS
def test_data_and_its_end_travel_as_records_with_the_waits_given(
    authority: Authority, server: ssl.SSLContext, version: ssl.TLSVersion, name: str
) -> None:
    client = client_context(authority.root, highest=version)
    exchange = TlsExchange(client, server, server_name="www.example.com")
    exchange.handshake()
    before = len(exchange.flights)
    exchange.send(100, from_client=True, wait=0.5)
    exchange.send(40_000, from_client=False, wait=0.25)
    exchange.close(by_client=True, wait=9.0)
    request, response, end = exchange.flights[before:]
    assert (request.from_client, request.wait) == (True, 0.5)
    assert (response.from_client, response.wait) == (False, 0.25)
    assert (end.from_client, end.wait) == (True, 9.0)
    assert 100 < len(request.data) < 150
    kinds = [kind for kind, _, _ in tls_records(response.data)]
    assert kinds == [APPLICATION_DATA] * 3
    assert len(list(tls_records(end.data))) == 1


def test_the_server_may_close(authority: Authority, server: ssl.SSLContext) -> None:
    exchange = TlsExchange(client_context(authority.root), server, server_name="www.example.com")
    exchange.handshake()
    before = len(exchange.flights)
    exchange.close(by_client=False)
    (end,) = exchange.flights[before:]
    assert not end.from_client


@VERSIONS
def test_a_session_is_resumed_without_the_certificate(
    authority: Authority,
    identity: Identity,
    server: ssl.SSLContext,
    version: ssl.TLSVersion,
    name: str,
) -> None:
    client = client_context(authority.root, highest=version)
    first = TlsExchange(client, server, server_name="www.example.com")
    first.handshake()
    second = TlsExchange(
        client, server, server_name="www.example.com", session=first.client.session
    )
    second.handshake()
    assert (first.client.session_reused, second.client.session_reused) == (False, True)
    saved = len(sent_by(first, client=False)) - len(sent_by(second, client=False))
    assert saved > len(identity.chain_pem()) / 2


def test_a_client_that_trusts_another_root_refuses_with_an_alert(
    server: ssl.SSLContext,
) -> None:
    other = self_signed_certificate({"CN": "Other Root"}, NOT_BEFORE, key=elliptic_curve_key())
    stranger = client_context(other, highest=ssl.TLSVersion.TLSv1_2)
    exchange = TlsExchange(stranger, server, server_name="www.example.com")
    with pytest.raises(ssl.SSLCertVerificationError):
        exchange.handshake()
    assert [kind for kind, _, _ in tls_records(sent_by(exchange, client=True))][-1] == ALERT


def test_a_certificate_for_another_name_is_refused(
    authority: Authority, server: ssl.SSLContext
) -> None:
    exchange = TlsExchange(client_context(authority.root), server, server_name="elsewhere.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        exchange.handshake()


def test_versions_that_do_not_meet_are_refused(identity: Identity) -> None:
    only_1_3 = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)
    server = server_context(identity, versions=only_1_3)
    exchange = TlsExchange(client_context(None, highest=ssl.TLSVersion.TLSv1_2), server)
    with pytest.raises(ssl.SSLError):
        exchange.handshake()
    assert [kind for kind, _, _ in tls_records(sent_by(exchange, client=False))] == [ALERT]


def test_without_a_name_the_client_hello_has_no_sni(server: ssl.SSLContext) -> None:
    exchange = TlsExchange(client_context(None), server)
    exchange.handshake()
    assert b"example" not in exchange.flights[0].data
