"""Elliptic curves of public keys, by object identifier: name and bits of the group order.

Names are OpenSSL's; the sizes follow from the published domain parameters (SEC 2, ANSI X9.62,
RFC 5639, WTLS).
"""

from typing import Final, NamedTuple


class Curve(NamedTuple):
    """A named elliptic curve; ``bits`` is the length of the order of its base point."""

    name: str
    bits: int


SM2: Final = "1.2.156.10197.1.301"
CURVES: Final[dict[str, Curve]] = {
    SM2: Curve("SM2", 256),
    "1.2.840.10045.3.0.1": Curve("c2pnb163v1", 163),
    "1.2.840.10045.3.0.2": Curve("c2pnb163v2", 162),
    "1.2.840.10045.3.0.3": Curve("c2pnb163v3", 162),
    "1.2.840.10045.3.0.4": Curve("c2pnb176v1", 161),
    "1.2.840.10045.3.0.5": Curve("c2tnb191v1", 191),
    "1.2.840.10045.3.0.6": Curve("c2tnb191v2", 190),
    "1.2.840.10045.3.0.7": Curve("c2tnb191v3", 189),
    "1.2.840.10045.3.0.10": Curve("c2pnb208w1", 193),
    "1.2.840.10045.3.0.11": Curve("c2tnb239v1", 238),
    "1.2.840.10045.3.0.12": Curve("c2tnb239v2", 237),
    "1.2.840.10045.3.0.13": Curve("c2tnb239v3", 236),
    "1.2.840.10045.3.0.16": Curve("c2pnb272w1", 257),
    "1.2.840.10045.3.0.17": Curve("c2pnb304w1", 289),
    "1.2.840.10045.3.0.18": Curve("c2tnb359v1", 353),
    "1.2.840.10045.3.0.19": Curve("c2pnb368w1", 353),
    "1.2.840.10045.3.0.20": Curve("c2tnb431r1", 418),
    "1.2.840.10045.3.1.1": Curve("prime192v1", 192),
    "1.2.840.10045.3.1.2": Curve("prime192v2", 192),
    "1.2.840.10045.3.1.3": Curve("prime192v3", 192),
    "1.2.840.10045.3.1.4": Curve("prime239v1", 239),
    "1.2.840.10045.3.1.5": Curve("prime239v2", 239),
    "1.2.840.10045.3.1.6": Curve("prime239v3", 239),
    "1.2.840.10045.3.1.7": Curve("prime256v1", 256),
    "1.3.36.3.3.2.8.1.1.1": Curve("brainpoolP160r1", 160),
    "1.3.36.3.3.2.8.1.1.2": Curve("brainpoolP160t1", 160),
    "1.3.36.3.3.2.8.1.1.3": Curve("brainpoolP192r1", 192),
    "1.3.36.3.3.2.8.1.1.4": Curve("brainpoolP192t1", 192),
    "1.3.36.3.3.2.8.1.1.5": Curve("brainpoolP224r1", 224),
    "1.3.36.3.3.2.8.1.1.6": Curve("brainpoolP224t1", 224),
    "1.3.36.3.3.2.8.1.1.7": Curve("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.8": Curve("brainpoolP256t1", 256),
    "1.3.36.3.3.2.8.1.1.9": Curve("brainpoolP320r1", 320),
    "1.3.36.3.3.2.8.1.1.10": Curve("brainpoolP320t1", 320),
    "1.3.36.3.3.2.8.1.1.11": Curve("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.12": Curve("brainpoolP384t1", 384),
    "1.3.36.3.3.2.8.1.1.13": Curve("brainpoolP512r1", 512),
    "1.3.36.3.3.2.8.1.1.14": Curve("brainpoolP512t1", 512),
    "1.3.132.0.1": Curve("sect163k1", 163),
    "1.3.132.0.2": Curve("sect163r1", 162),
    "1.3.132.0.3": Curve("sect239k1", 238),
    "1.3.132.0.4": Curve("sect113r1", 113),
    "1.3.132.0.5": Curve("sect113r2", 113),
    "1.3.132.0.6": Curve("secp112r1", 112),
    "1.3.132.0.7": Curve("secp112r2", 110),
    "1.3.132.0.8": Curve("secp160r1", 161),
    "1.3.132.0.9": Curve("secp160k1", 161),
    "1.3.132.0.10": Curve("secp256k1", 256),
    "1.3.132.0.15": Curve("sect163r2", 163),
    "1.3.132.0.16": Curve("sect283k1", 281),
    "1.3.132.0.17": Curve("sect283r1", 282),
    "1.3.132.0.22": Curve("sect131r1", 131),
    "1.3.132.0.23": Curve("sect131r2", 131),
    "1.3.132.0.24": Curve("sect193r1", 193),
    "1.3.132.0.25": Curve("sect193r2", 193),
    "1.3.132.0.26": Curve("sect233k1", 232),
    "1.3.132.0.27": Curve("sect233r1", 233),
    "1.3.132.0.28": Curve("secp128r1", 128),
    "1.3.132.0.29": Curve("secp128r2", 126),
    "1.3.132.0.30": Curve("secp160r2", 161),
    "1.3.132.0.31": Curve("secp192k1", 192),
    "1.3.132.0.32": Curve("secp224k1", 225),
    "1.3.132.0.33": Curve("secp224r1", 224),
    "1.3.132.0.34": Curve("secp384r1", 384),
    "1.3.132.0.35": Curve("secp521r1", 521),
    "1.3.132.0.36": Curve("sect409k1", 407),
    "1.3.132.0.37": Curve("sect409r1", 409),
    "1.3.132.0.38": Curve("sect571k1", 570),
    "1.3.132.0.39": Curve("sect571r1", 570),
    "2.23.43.1.4.1": Curve("wap-wsg-idm-ecid-wtls1", 112),
    "2.23.43.1.4.3": Curve("wap-wsg-idm-ecid-wtls3", 163),
    "2.23.43.1.4.4": Curve("wap-wsg-idm-ecid-wtls4", 113),
    "2.23.43.1.4.5": Curve("wap-wsg-idm-ecid-wtls5", 163),
    "2.23.43.1.4.6": Curve("wap-wsg-idm-ecid-wtls6", 112),
    "2.23.43.1.4.7": Curve("wap-wsg-idm-ecid-wtls7", 161),
    "2.23.43.1.4.8": Curve("wap-wsg-idm-ecid-wtls8", 113),
    "2.23.43.1.4.9": Curve("wap-wsg-idm-ecid-wtls9", 161),
    "2.23.43.1.4.10": Curve("wap-wsg-idm-ecid-wtls10", 232),
    "2.23.43.1.4.11": Curve("wap-wsg-idm-ecid-wtls11", 233),
    "2.23.43.1.4.12": Curve("wap-wsg-idm-ecid-wtls12", 224),
}

CURVES_BY_ORDER: Final[dict[int, str]] = {
    0xFFFFFFFFFFFFFFFFFFFFFFFF99DEF836146BC9B1B4D22831: "1.2.840.10045.3.1.1",
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFF16A2E0B8F03E13DD29455C5C2A3D: "1.3.132.0.33",
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551: "1.2.840.10045.3.1.7",
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141: "1.3.132.0.10",
    (1 << 384) - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D: "1.3.132.0.34",
    (1 << 521)
    - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7: "1.3.132.0.35",
}
"""Common curves by the order of their base point, for keys whose parameters are spelled out."""
