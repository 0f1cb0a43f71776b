"""Certificates that the generator's tests share, since keys take time to make."""

import datetime

import pytest

from pcaps.generate.certificates import Identity, server_certificate
from pcaps.generate.web_server import Authority, new_authority


@pytest.fixture(scope="session")
def authority() -> Authority:
    return new_authority()


@pytest.fixture(scope="session")
def identity(authority: Authority) -> Identity:
    """Return the certificate of www.example.com, valid at the time the samples play in."""
    not_before = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    return server_certificate(
        authority.issuer,
        {"CN": "www.example.com"},
        ["www.example.com", "example.com", "198.51.100.7"],
        not_before,
    )
