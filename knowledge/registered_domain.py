"""Registered domains of server names, by the Public Suffix List."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def registered_domain(name: str) -> str | None:
    """Return the domain that somebody registered, such as ``example.co.uk`` for a host below it.

    None for an address, a name of a single label and a public suffix itself.
    """
    host = name.lower().rstrip(".")
    if is_address(host):
        return None
    domain = _public_suffixes().privatesuffix(host)
    return str(domain) if domain else None


def is_address(name: str) -> bool:
    """Tell whether a server name is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


@cache
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
