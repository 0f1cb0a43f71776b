"""The web sites that the hosts in the samples visit: reserved names and addresses only."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Final

Versions = tuple[ssl.TLSVersion, ssl.TLSVersion]

TLS_1_2: Final[Versions] = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
TLS_1_3: Final[Versions] = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)
EITHER: Final[Versions] = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@dataclass(frozen=True)
class Site:
    """A web site as a client meets it.

    ``ttl`` is that of its DNS answers in seconds, ``alias_of`` the name that a CNAME leads to,
    ``round_trip`` in seconds, ``organisation`` the owner that the certificate names besides the
    domain, ``further_names`` what its certificate is valid for as well, ``quic`` whether it also
    speaks HTTP/3, ``rsa`` whether its key is RSA instead of on an elliptic curve.
    """

    name: str
    addresses: tuple[str, ...]
    versions: Versions = EITHER
    ttl: int = 300
    alias_of: str | None = None
    round_trip: float = 0.02
    organisation: tuple[str, str, str, str] | None = None  # C, ST, L, O
    further_names: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ("h2", "http/1.1")
    quic: bool = False
    rsa: bool = False


START_PAGE: Final = Site(
    "www.example.com",
    ("198.51.100.10", "198.51.100.11"),
    TLS_1_3,
    round_trip=0.012,
    further_names=("example.com", "*.example.com"),
    quic=True,
)
NEWS: Final = Site(
    "www.morningpost.example",
    ("203.0.113.20", "203.0.113.21"),
    TLS_1_2,
    ttl=60,
    round_trip=0.031,
    organisation=("GB", "London", "London", "Morning Post Ltd"),
    further_names=("morningpost.example", "mobile.morningpost.example"),
    rsa=True,
)
NEWS_IMAGES: Final = Site(
    "images.morningpost.example",
    ("192.0.2.40", "192.0.2.41", "192.0.2.42", "192.0.2.43"),
    TLS_1_2,
    ttl=30,
    alias_of="morningpost.edge.example.net",
    round_trip=0.009,
    further_names=("video.morningpost.example", "*.edge.example.net"),
)
CONTENT_NETWORK: Final = Site(
    "cdn.example.net",
    ("192.0.2.50", "192.0.2.51"),
    TLS_1_3,
    ttl=120,
    alias_of="cdn.edge.example.net",
    round_trip=0.008,
    further_names=("*.example.net",),
    quic=True,
)
FONTS: Final = Site(
    "fonts.example.net",
    ("192.0.2.60",),
    TLS_1_2,
    ttl=900,
    round_trip=0.01,
    further_names=("static.example.net", "icons.example.net"),
)
WEATHER: Final = Site(
    "api.cityweather.example",
    ("203.0.113.70", "203.0.113.71"),
    TLS_1_2,
    ttl=180,
    round_trip=0.045,
    further_names=("cityweather.example", "www.cityweather.example"),
)
SHOP: Final = Site(
    "shop.bookcorner.example",
    ("198.51.100.80",),
    TLS_1_2,
    ttl=600,
    round_trip=0.027,
    organisation=("DE", "Bayern", "Nürnberg", "Book Corner GmbH"),
    further_names=("bookcorner.example", "www.bookcorner.example"),
    rsa=True,
)
SHOP_PICTURES: Final = Site(
    "pictures.bookcorner.example",
    ("198.51.100.81", "198.51.100.82"),
    ttl=60,
    round_trip=0.026,
    further_names=("media.bookcorner.example",),
)
PAYMENT: Final = Site(
    "secure.paymentservice.example",
    ("203.0.113.90",),
    TLS_1_2,
    ttl=3600,
    round_trip=0.036,
    organisation=("US", "California", "San Jose", "Payment Service Inc."),
    protocols=("http/1.1",),
    rsa=True,
)
MAIL: Final = Site(
    "mail.example.org",
    ("198.51.100.100", "198.51.100.101"),
    TLS_1_2,
    round_trip=0.018,
    further_names=("imap.example.org", "smtp.example.org", "autodiscover.example.org"),
    rsa=True,
)
ACCOUNTS: Final = Site(
    "accounts.example.org",
    ("198.51.100.110",),
    TLS_1_3,
    round_trip=0.019,
    further_names=("login.example.org",),
)
MAPS: Final = Site(
    "tiles.openmaps.example",
    ("192.0.2.120", "192.0.2.121", "192.0.2.122"),
    TLS_1_3,
    ttl=240,
    round_trip=0.022,
    further_names=("*.openmaps.example",),
    quic=True,
)
ENCYCLOPEDIA: Final = Site(
    "en.encyclopedia.example",
    ("203.0.113.130",),
    TLS_1_3,
    ttl=600,
    round_trip=0.029,
    organisation=("US", "California", "San Francisco", "Encyclopedia Foundation"),
    further_names=("*.encyclopedia.example", "encyclopedia.example"),
)
UPDATES: Final = Site(
    "updates.browser.example",
    ("192.0.2.140", "192.0.2.141"),
    TLS_1_2,
    ttl=60,
    alias_of="updates.browser.example.edge.example.net",
    round_trip=0.014,
    further_names=("*.browser.example",),
)
IPV6_SITE: Final = Site(
    "www.ipv6site.example",
    ("2001:db8:20::80", "2001:db8:20::81"),
    TLS_1_2,
    round_trip=0.017,
    further_names=("ipv6site.example",),
    rsa=True,
)
IPV6_MEDIA: Final = Site(
    "media.ipv6site.example",
    ("2001:db8:30:4::443",),
    TLS_1_3,
    ttl=60,
    alias_of="ipv6site.edge.example.net",
    round_trip=0.009,
)
IPV6_FORUM: Final = Site(
    "forum.sixnetworks.example",
    ("2001:db8:40::1:2",),
    TLS_1_2,
    ttl=3600,
    round_trip=0.041,
)
TLS_1_3_ONLY: Final = Site(
    "notes.private.example",
    ("198.51.100.13",),
    TLS_1_3,
    round_trip=0.024,
    further_names=("private.example",),
)

# What one page view fetches, and from where.
PAGES: Final[tuple[tuple[Site, ...], ...]] = (
    (START_PAGE, CONTENT_NETWORK, FONTS),
    (NEWS, NEWS_IMAGES, CONTENT_NETWORK),
    (ENCYCLOPEDIA,),
    (SHOP, SHOP_PICTURES, FONTS),
    (MAIL, ACCOUNTS),
    (NEWS, NEWS_IMAGES, WEATHER),
    (UPDATES,),
    (SHOP, SHOP_PICTURES, PAYMENT),
    (MAPS, WEATHER),
    (START_PAGE, CONTENT_NETWORK),
)
