"""IP addresses as people type them."""

from __future__ import annotations

import ipaddress


def normal_form(text: str) -> str | None:
    """Return an IP address as the logs write it, None if the text is none.

    IPv6 in its shortest form; an IPv4 address mapped into IPv6 as IPv4; a zone (``%eth0``) is
    dropped.
    """
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
