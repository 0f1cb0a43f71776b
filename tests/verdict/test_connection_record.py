from dataclasses import replace

import polars as pl
import pytest

from verdict.assess import assess
from verdict.community_id import community_id
from verdict.connection_record import verdict_of
from verdict.document import Target
from verdict.known_certificates import KnownCertificates
from verdict.scoring import score

from .synthetic import CLIENT, DAY, SITE, SITE_LEAF, START, sample_logs, stub_models

AUTHORITY = "e" * 64


@pytest.fixture(scope="module")
def site() -> Target:
    """Return the ordinary site, whose first connection shows an authority that has no x509 row."""
    logs = sample_logs()
    chain = pl.when(uid="Cs0").then(pl.lit([SITE_LEAF, AUTHORITY])).otherwise("cert_chain_fps")
    ssl = logs.ssl.with_columns(
        chain.alias("cert_chain_fps"), ja3=pl.lit("j3"), ja3s=pl.lit("j3s"), ja4=pl.lit("j4")
    )
    scored = score(replace(logs, ssl=ssl), stub_models())
    return assess(scored, [SITE], KnownCertificates()).targets[0]


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [(0.5, "MALICIOUS"), (0.4999, "NORMAL"), (1.0, "MALICIOUS"), (None, "NOT ASSESSED")],
)
def test_a_probability_is_malicious_from_the_threshold_on(
    probability: float | None, verdict: str
) -> None:
    assert verdict_of(probability, 0.5) == verdict


def test_connection_can_be_found_in_other_tools(site: Target) -> None:
    connection = site.detectors.module1.connections[0]
    assert (connection.uid, connection.proto, connection.duration) == ("Cs0", "tcp", 0.5)
    assert connection.community_id == community_id(CLIENT, 50000, SITE, 443, "tcp")
    assert (connection.ja3, connection.ja3s, connection.ja4) == ("j3", "j3s", "j4")


def test_chain_names_its_certificates_leaf_first(site: Target) -> None:
    chains = [each.certificates for each in site.detectors.module1.connections]
    assert chains == [(SITE_LEAF, AUTHORITY), (SITE_LEAF,)]
    assert [(one.fingerprint, one.is_leaf) for one in site.certificates] == [
        (SITE_LEAF, True),
        (AUTHORITY, False),
    ]


def test_certificate_has_what_the_logs_tell(site: Target) -> None:
    leaf, authority = site.certificates
    assert (leaf.subject, leaf.serial, leaf.names) == (
        "CN=www.example.com",
        "01",
        ("*.example.com", "www.example.com"),
    )
    assert (leaf.not_before, leaf.not_after) == (START - 30 * DAY, START + 60 * DAY)
    assert (authority.subject, authority.names) == (None, ())


def test_names_that_resolved_to_the_server(site: Target) -> None:
    assert site.dns_names == ("www.example.com",)
