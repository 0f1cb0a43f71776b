import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pcaps.generate.certificates import (
    Identity,
    elliptic_curve_key,
    self_signed_certificate,
)
from pcaps.generate.web_server import Authority

NOT_BEFORE = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)


def test_a_chain_leads_from_the_leaf_to_the_root(authority: Authority, identity: Identity) -> None:
    (intermediate,) = identity.intermediates
    identity.certificate.verify_directly_issued_by(intermediate)
    intermediate.verify_directly_issued_by(authority.root.certificate)
    authority.root.certificate.verify_directly_issued_by(authority.root.certificate)


def test_authorities_are_marked_as_such_and_leaves_are_not(
    authority: Authority, identity: Identity
) -> None:
    chain = (authority.root.certificate, *identity.intermediates, identity.certificate)
    constraints = [
        certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        for certificate in chain
    ]
    assert [(item.ca, item.path_length) for item in constraints] == [
        (True, None),
        (True, 0),
        (False, None),
    ]


def test_a_leaf_is_valid_for_its_names_and_days(identity: Identity) -> None:
    certificate = identity.certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["www.example.com", "example.com"]
    assert [str(item) for item in names.get_values_for_type(x509.IPAddress)] == ["198.51.100.7"]
    assert certificate.not_valid_before_utc == NOT_BEFORE
    assert certificate.not_valid_after_utc == NOT_BEFORE + datetime.timedelta(days=90)


def test_a_self_signed_certificate_signs_itself_and_has_the_names_given() -> None:
    subject = {"C": "AU", "ST": "Some-State", "O": "Nobody"}
    key = elliptic_curve_key()
    made = self_signed_certificate(subject, NOT_BEFORE, days=10, key=key)
    made.certificate.verify_directly_issued_by(made.certificate)
    assert made.certificate.subject.rfc4514_string() == "O=Nobody,ST=Some-State,C=AU"
    assert made.certificate.issuer == made.certificate.subject
    assert not list(made.certificate.extensions)
    assert made.certificate.public_key() == key.public_key()


def test_the_pem_of_an_identity_holds_its_chain_and_its_key(identity: Identity) -> None:
    chain = x509.load_pem_x509_certificates(identity.chain_pem())
    assert chain == [identity.certificate, *identity.intermediates]
    key = load_pem_private_key(identity.key_pem(), None)
    assert key.public_key() == identity.certificate.public_key()
