"""A web site with its certificate and its TLS settings, ready to be visited."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from pcaps.generate.certificates import (
    Identity,
    intermediate_authority,
    root_authority,
    rsa_key,
    server_certificate,
)
from pcaps.generate.sites import Site
from pcaps.generate.tls import server_context

_ROOT_SINCE: Final = datetime.datetime(2015, 6, 4, 11, 4, 38, tzinfo=datetime.UTC)
_INTERMEDIATE_SINCE: Final = datetime.datetime(2024, 3, 13, tzinfo=datetime.UTC)
_FIRST_ISSUED: Final = datetime.datetime(2026, 1, 5, 6, 30, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Authority:
    """A root that clients trust, and the intermediate that signs the servers' certificates."""

    root: Identity
    issuer: Identity


class WebServer:
    """A site that is up: its identity and the context that all its connections share."""

    def __init__(self, site: Site, authority: Authority, number: int = 0) -> None:
        self.site = site
        self.identity = _certificate(site, authority, number)
        self.context = server_context(
            self.identity, versions=site.versions, protocols=site.protocols
        )


def new_authority() -> Authority:
    """Return an authority of two levels, as public ones have."""
    root = root_authority(
        {"C": "US", "O": "Example Trust Services", "CN": "Example Root X1"}, _ROOT_SINCE
    )
    subject = {"C": "US", "O": "Example Trust Services", "CN": "Example TLS Authority R3"}
    return Authority(root, intermediate_authority(root, subject, _INTERMEDIATE_SINCE))


def _certificate(site: Site, authority: Authority, number: int) -> Identity:
    """Return a certificate issued some days after that of the site with the number before."""
    subject = {"CN": site.name}
    if site.organisation:
        parts = zip(("C", "ST", "L", "O"), site.organisation, strict=True)
        subject = {**dict(parts), **subject}
    return server_certificate(
        authority.issuer,
        subject,
        (site.name, *site.further_names),
        _FIRST_ISSUED + datetime.timedelta(days=3 * number, minutes=47 * number),
        days=365 if site.organisation else 90,
        key=rsa_key() if site.rsa else None,
    )
