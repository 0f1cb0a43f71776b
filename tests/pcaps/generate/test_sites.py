import ipaddress

from pcaps.generate import sites
from pcaps.generate.sites import Site

SITES = [value for value in vars(sites).values() if isinstance(value, Site)]
DOCUMENTATION = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
RESERVED_ENDINGS = (".example", ".example.com", ".example.net", ".example.org")


def test_sites_use_addresses_reserved_for_documentation_only() -> None:
    addresses = [ipaddress.ip_address(address) for site in SITES for address in site.addresses]
    assert len(addresses) > 20
    for address in addresses:
        assert any(
            address in network for network in DOCUMENTATION if network.version == address.version
        )


def test_sites_use_names_reserved_for_documentation_only() -> None:
    for site in SITES:
        for name in (site.name, site.alias_of or site.name, *site.further_names):
            assert f".{name}".endswith(RESERVED_ENDINGS), name


def test_no_two_sites_share_a_name_or_an_address() -> None:
    names = [site.name for site in SITES]
    addresses = [address for site in SITES for address in site.addresses]
    assert len(set(names)) == len(names)
    assert len(set(addresses)) == len(addresses)


def test_pages_reach_at_least_twelve_sites_of_both_versions() -> None:
    visited = {site for page in sites.PAGES for site in page}
    assert len(visited) >= 12
    versions = {site.versions for site in visited}
    assert {sites.TLS_1_2, sites.TLS_1_3} <= versions
