"""Certificate authorities and server certificates, made with the cryptography library."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_NAME_PARTS: Final = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}


@dataclass(frozen=True)
class Identity:
    """A certificate, its private key, and the certificates of the issuers below the root."""

    certificate: x509.Certificate
    key: PrivateKey
    intermediates: tuple[x509.Certificate, ...] = ()

    def chain_pem(self) -> bytes:
        """Return the certificate and its intermediates as a server sends them, in PEM."""
        chain = (self.certificate, *self.intermediates)
        return b"".join(item.public_bytes(serialization.Encoding.PEM) for item in chain)

    def key_pem(self) -> bytes:
        """Return the private key in unencrypted PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return a new RSA key."""
    return rsa.generate_private_key(65537, bits)


def elliptic_curve_key() -> ec.EllipticCurvePrivateKey:
    """Return a new key on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def root_authority(
    subject: Mapping[str, str], not_before: datetime.datetime, days: int = 7300
) -> Identity:
    """Return a root: an authority that signs itself."""
    key = rsa_key()
    builder = _builder(subject, subject, key, not_before, days)
    builder = _with_authority_extensions(builder, None)
    return Identity(builder.sign(key, hashes.SHA256()), key)


def intermediate_authority(
    issuer: Identity, subject: Mapping[str, str], not_before: datetime.datetime, days: int = 1825
) -> Identity:
    """Return an authority signed by another one, for leaf certificates only."""
    key = rsa_key()
    builder = _builder(subject, issuer.certificate.subject, key, not_before, days)
    builder = _with_authority_extensions(builder, 0)
    certificate = builder.sign(issuer.key, hashes.SHA256())
    return Identity(certificate, key, (certificate,))


def server_certificate(
    issuer: Identity,
    subject: Mapping[str, str],
    names: Sequence[str],
    not_before: datetime.datetime,
    *,
    days: int = 90,
    key: PrivateKey | None = None,
) -> Identity:
    """Return a server's certificate whose SAN holds ``names`` (DNS names or addresses)."""
    own_key = key or elliptic_curve_key()
    builder = _builder(subject, issuer.certificate.subject, own_key, not_before, days)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName(_general_names(names)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    certificate = builder.sign(issuer.key, hashes.SHA256())
    return Identity(certificate, own_key, issuer.intermediates)


def self_signed_certificate(
    subject: Mapping[str, str],
    not_before: datetime.datetime,
    *,
    days: int = 3650,
    key: PrivateKey | None = None,
) -> Identity:
    """Return a certificate that signs itself and has no extensions, as made in one command."""
    own_key = key or rsa_key()
    builder = _builder(subject, subject, own_key, not_before, days)
    return Identity(builder.sign(own_key, hashes.SHA256()), own_key)


def _builder(
    subject: Mapping[str, str],
    issuer: Mapping[str, str] | x509.Name,
    key: PrivateKey,
    not_before: datetime.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=_name(subject),
        issuer_name=issuer if isinstance(issuer, x509.Name) else _name(issuer),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=not_before,
        not_valid_after=not_before + datetime.timedelta(days=days),
    )


def _with_authority_extensions(
    builder: x509.CertificateBuilder, path_length: int | None
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    return builder.add_extension(constraints, critical=True).add_extension(usage, critical=True)


def _name(parts: Mapping[str, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(_NAME_PARTS[key], value) for key, value in parts.items()])


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    return [_general_name(name) for name in names]


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
