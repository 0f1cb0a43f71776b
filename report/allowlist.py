"""What a person knows to be harmless: applied when a result is shown, never when it is made."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

from capture.distinguished_name import attributes
from report.errors import AllowlistError
from verdict.document import Certificate, Connection, Document, Target
from verdict.evidence import covers

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Issuer = frozenset[tuple[str, str]]

_FINGERPRINT: Final = re.compile(r"(?:sha(?:1|256):)?((?:[0-9a-f]{2}:?){19,31}[0-9a-f]{2})")
_DIGITS: Final = (40, 64)  # of SHA-1 and SHA-256
_DOMAIN: Final = re.compile(r"(?:\*?\.)?((?:[\w-]+\.)*[\w-]+)\.?")
_ISSUER: Final = "issuer:"
# A # may be part of an issuer's name: there a comment stands apart on both sides.
_COMMENT_OF_ISSUER: Final = re.compile(r"(?<=\s)#(?:\s.*)?$")
_WHAT: Final = (
    "give a domain, an address, a network, a certificate's fingerprint, or issuer: followed by "
    "parts of a name such as O=Example"
)


@dataclass(frozen=True)
class Allowlist:
    """Entries by kind, each with the text that a person wrote.

    A domain stands for its subdomains too; an issuer for all that have these attributes.
    """

    domains: dict[str, str] = field(default_factory=dict)
    networks: dict[Network, str] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    issuers: dict[Issuer, str] = field(default_factory=dict)

    def entries_for(self, target: Target) -> tuple[str, ...]:
        """Return the entries that together cover all connections of a target, else nothing.

        A target without connections is covered by an entry for its address alone.
        """
        if not target.connections:
            entry = self._for_address(target.ip)
            return (entry,) if entry else ()
        found = set()
        for _, entry in self._by_connection(target):
            if entry is None:
                return ()
            found.add(entry)
        return tuple(sorted(found))

    def covered_connections(self, document: Document) -> frozenset[str]:
        """Return the uids of the TLS connections that are covered, whatever target they are of."""
        if self == Allowlist():
            return frozenset()
        connections = chain.from_iterable(map(self._by_connection, document.targets))
        return frozenset(connection.uid for connection, entry in connections if entry)

    def _by_connection(self, target: Target) -> Iterator[tuple[Connection, str | None]]:
        """Yield the connections of a target with the entry that covers each."""
        certificates = {one.fingerprint: one for one in target.certificates}
        names = target.dns_names if target.role == "server" else ()
        for connection in target.connections:
            leaf = certificates.get(next(iter(connection.certificates), ""))
            yield connection, self._for_connection(connection, leaf, names)

    def _for_connection(
        self, connection: Connection, leaf: Certificate | None, dns_names: Sequence[str]
    ) -> str | None:
        """Return the entry that covers a connection.

        A name counts only as far as nothing that was seen speaks against it: neither that of a
        self-signed certificate, nor an SNI for which the certificate is not made out.
        """
        entry = self._for_address(connection.server) or self._for_certificate(leaf)
        if entry or _is_self_signed(leaf):
            return entry
        sni = connection.sni
        if leaf is not None and leaf.names:
            names = [sni] if sni and covers(leaf.names, sni) else []
            return self._for_names([*names, *leaf.names])
        return self._for_names([sni] if sni else dns_names)

    def _for_address(self, address: str) -> str | None:
        if not self.networks:
            return None
        try:
            wanted = ipaddress.ip_address(address)
        except ValueError:
            return None
        return next((text for network, text in self.networks.items() if wanted in network), None)

    def _for_certificate(self, leaf: Certificate | None) -> str | None:
        if leaf is None:
            return None
        known = self.fingerprints.get(leaf.fingerprint) or self.fingerprints.get(leaf.sha1 or "")
        if known or not self.issuers:
            return known
        own = _name_parts(leaf.issuer or "")
        return next((text for issuer, text in self.issuers.items() if issuer <= own), None)

    def _for_names(self, names: Iterable[str]) -> str | None:
        return next((entry for name in names if (entry := self._for_name(name))), None)

    def _for_name(self, name: str) -> str | None:
        """Return the entry for the name or for a domain above it."""
        rest = _as_in_dns(name.rstrip(".").removeprefix("*."))
        while rest:
            if rest in self.domains:
                return self.domains[rest]
            rest = rest.partition(".")[2]
        return None


def read_allowlist(paths: Sequence[Path]) -> Allowlist:
    """Return the entries of all files; raises ``AllowlistError``."""
    texts = {}
    for path in paths:
        try:
            texts[str(path)] = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
            raise AllowlistError(f"{path}: cannot be read as an allowlist ({why})") from None
    return parse_allowlist(texts)


def parse_allowlist(texts: Mapping[str, str]) -> Allowlist:
    """Return the entries of texts by file name: one a line, what follows ``#`` is a comment.

    In the line of an issuer it is one only between white space, or at the end. Raises
    ``AllowlistError`` with file and line of what is no entry.
    """
    allowed = Allowlist()
    for name, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            entry = _without_comment(line.strip())
            if entry and not _add(allowed, entry):
                raise AllowlistError(f"{name}, line {number}: {entry!r} is no entry; {_WHAT}")
    return allowed


def _without_comment(line: str) -> str:
    if line.lower().startswith(_ISSUER):
        return _COMMENT_OF_ISSUER.sub("", line).rstrip()
    return line.partition("#")[0].rstrip()


def _add(allowed: Allowlist, entry: str) -> bool:
    """Add an entry to an allowlist in the making and return whether it is one."""
    text = entry.lower()
    if text.startswith(_ISSUER):
        issuer = _name_parts(entry[len(_ISSUER) :])
        allowed.issuers.setdefault(issuer, entry)
        return bool(issuer)
    fingerprint = _FINGERPRINT.fullmatch(text)
    if fingerprint and len(digits := fingerprint[1].replace(":", "")) in _DIGITS:
        allowed.fingerprints.setdefault(digits, entry)
        return True
    try:
        allowed.networks.setdefault(ipaddress.ip_network(text, strict=False), entry)
    except ValueError:
        return _add_domain(allowed, entry)
    return True


def _add_domain(allowed: Allowlist, entry: str) -> bool:
    """Add an entry if it is a domain: one that ends in a number is a mistyped address."""
    found = _DOMAIN.fullmatch(entry)
    domain = _as_in_dns(found[1]) if found else ""
    if not domain.isascii() or not domain.rpartition(".")[2].strip("0123456789"):
        return False
    allowed.domains.setdefault(domain, entry)
    return True


def _as_in_dns(name: str) -> str:
    """Return a name in lower case, labels in other letters as DNS has them (``xn--…``).

    Letters for which this encoding, of 2003, takes others stay: ``ß`` is no ``ss`` today.
    """
    lower = name.lower()
    if lower.isascii():
        return lower
    try:
        encoded = lower.encode("idna")
        return encoded.decode("ascii") if encoded.decode("idna") == lower else lower
    except UnicodeError:
        return lower


def _name_parts(text: str) -> Issuer:
    return frozenset((kind, value.casefold()) for kind, value in attributes(text.strip()))


def _is_self_signed(leaf: Certificate | None) -> bool:
    return leaf is not None and leaf.subject is not None and leaf.subject == leaf.issuer
