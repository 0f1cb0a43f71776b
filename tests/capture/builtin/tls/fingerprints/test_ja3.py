"""JA3 and JA3S against published pairs of text and hash."""

import csv
import gzip

import pytest

from capture.builtin.tls.fingerprints.client_offer import client_offer
from capture.builtin.tls.fingerprints.ja3 import ja3, ja3_text, ja3s, ja3s_text
from capture.builtin.tls.hello import ServerHello, parse_server_hello
from tests.capture.builtin.tls.fingerprints.hellos import chrome_hello, parsed_hello
from tests.capture.builtin.tls.handshakes import extension, server_hello

# From the README of JA3, and of a Chrome 143 as browserleaks.com showed it.
README_WITH_EXTENSIONS = "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0"
README_WITHOUT_EXTENSIONS = "769,4-5-10-9-100-98-3-6-19-18-99,,,"
CHROME = (
    "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
    "45-51-16-65037-23-17613-0-11-10-43-65281-35-18-5-13-27,4588-29-23-24,0"
)


def hello_of(text: str):
    """Return a hello that offers what a JA3 text says."""
    version, ciphers, extensions, groups, formats = (
        [int(number) for number in part.split("-") if number] for part in text.split(",")
    )
    lists = {"groups": groups, "point_formats": formats, "version": version[0]}
    return parsed_hello(ciphers, extensions, **lists)


def server_hello_of(text: str) -> ServerHello:
    version, cipher, extensions = text.split(",")
    parts = [extension(int(number), b"") for number in extensions.split("-") if number]
    message = server_hello(*parts, version=int(version), cipher_suite=int(cipher))
    return parse_server_hello(message[4:])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (README_WITH_EXTENSIONS, "ada70206e40642a3e4461f35503241d5"),
        (README_WITHOUT_EXTENSIONS, "de350869b8c85de67a350c8d186f11e6"),
        (CHROME, "98487aa16281980e7d1120d399efb6a4"),
    ],
)
def test_published_fingerprints(text, expected):
    offer = client_offer(hello_of(text))
    assert (ja3_text(offer), ja3(offer)) == (text, expected)


def test_grease_does_not_count():
    offer = client_offer(chrome_hello())
    assert (ja3_text(offer), ja3(offer)) == (CHROME, "98487aa16281980e7d1120d399efb6a4")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("771,49200,5-23-65281", "986571066668055ae9481cb84fda634a"),
        ("771,49200,23-65281", "ae4edc6faf64d08308082ad26be60767"),
    ],
)
def test_fingerprints_of_servers(text, expected):
    hello = server_hello_of(text)
    assert (ja3s_text(hello), ja3s(hello)) == (text, expected)


def test_fingerprints_that_suricata_logged(shared_data):
    path = shared_data / "tables" / "2022-02-23-Emotet-FormBook" / "tls.csv.gz"
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    clients = {(row["ja3_string"], row["ja3_hash"]) for row in rows if row["ja3_string"]}
    servers = {(row["ja3s_string"], row["ja3s_hash"]) for row in rows if row["ja3s_string"]}
    assert len(clients) > 5
    assert len(servers) > 5
    assert {(text, ja3(client_offer(hello_of(text)))) for text, _ in clients} == clients
    assert {(text, ja3s(server_hello_of(text))) for text, _ in servers} == servers
