"""Documents of the made-up network, for tests of reports."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from verdict.assess import assess
from verdict.attack_class import AttackClasses
from verdict.conversation_document import ConversationDetector
from verdict.document import Certificate, Connection, Document, Target
from verdict.known_certificates import KnownCertificates
from verdict.scoring import score

from ..verdict.synthetic import sample_logs, stub_models


@cache
def document(*addresses: str) -> Document:
    """Return the document on some addresses, or on all servers."""
    return assess(score(sample_logs(), stub_models()), addresses or None, KnownCertificates())


def target(ip: str) -> Target:
    """Return one server of the document on all."""
    return next(each for each in document().targets if each.ip == ip)


def with_connections(of: Target, *connections: Connection) -> Target:
    """Return a target with other connections."""
    module1 = replace(of.detectors.module1, connections=connections)
    return replace(of, detectors=replace(of.detectors, module1=module1))


def attacked(of: Target) -> Target:
    """Return a target in a dangerous conversation with flows that are called an attack."""
    conversation = ConversationDetector("dangerous", 0.75, 0.6, 1)
    classes = AttackClasses("DoS", (), {"Benign": 1, "DoS": 2})
    detectors = replace(of.detectors, conversation=conversation, attack_class=classes)
    return replace(of, detectors=detectors)


def changed(connection: Connection, **values: Any) -> Connection:
    return replace(connection, **values)


def leaf(fingerprint: str, **values: Any) -> Certificate:
    """Return a leaf certificate for example.org by an authority, changed by ``values``."""
    known = Certificate(
        fingerprint=fingerprint,
        sha1="1" * 40,
        subject="CN=example.org",
        issuer="CN=Some CA,O=Example Trust,C=US",
        serial="01",
        not_before=None,
        not_after=None,
        key_type="rsa",
        key_length=2048,
        signature=None,
        names=("example.org", "*.example.org"),
        is_leaf=True,
    )
    return replace(known, **values)
