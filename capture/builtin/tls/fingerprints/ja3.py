"""JA3 and JA3S, the MD5 of what a hello says in clear (github.com/salesforce/ja3)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import md5

from capture.builtin.tls.fingerprints.client_offer import ClientOffer
from capture.builtin.tls.hello import ServerHello


def ja3_text(offer: ClientOffer) -> str:
    """Return version, cipher suites, extensions, groups and point formats, in decimal."""
    lists = (offer.ciphers, offer.extensions, offer.groups, offer.point_formats)
    return ",".join([str(offer.hello_version), *map(_joined, lists)])


def ja3(offer: ClientOffer) -> str:
    """Return the JA3 fingerprint of a client, 32 hexadecimal digits."""
    return _md5(ja3_text(offer))


def ja3s_text(hello: ServerHello) -> str:
    """Return version, cipher suite and extensions, in decimal."""
    return _ja3s_text(hello.version, hello.cipher_suite, hello.extensions.numbers)


def ja3s(hello: ServerHello) -> str:
    """Return the JA3S fingerprint of a server, 32 hexadecimal digits."""
    return _ja3s(hello.version, hello.cipher_suite, hello.extensions.numbers)


@lru_cache(maxsize=1024)
def _ja3s(version: int, cipher_suite: int, extensions: tuple[int, ...]) -> str:
    return _md5(_ja3s_text(version, cipher_suite, extensions))


def _ja3s_text(version: int, cipher_suite: int, extensions: tuple[int, ...]) -> str:
    return f"{version},{cipher_suite},{_joined(extensions)}"


def _joined(numbers: Iterable[int]) -> str:
    return "-".join(map(str, numbers))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
