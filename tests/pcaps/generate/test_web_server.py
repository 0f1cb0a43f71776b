from cryptography import x509

from pcaps.generate import sites
from pcaps.generate.web_server import Authority, WebServer


def names_of(server: WebServer) -> list[str]:
    certificate = server.identity.certificate
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return extension.value.get_values_for_type(x509.DNSName)


def test_a_servers_certificate_is_for_its_site_and_from_the_authority(
    authority: Authority,
) -> None:
    server = WebServer(sites.FONTS, authority)
    server.identity.certificate.verify_directly_issued_by(authority.issuer.certificate)
    assert names_of(server) == ["fonts.example.net", "static.example.net", "icons.example.net"]
    assert server.identity.certificate.subject.rfc4514_string() == "CN=fonts.example.net"


def test_an_organisation_is_named_in_the_subject_and_has_a_certificate_for_a_year(
    authority: Authority,
) -> None:
    certificate = WebServer(sites.ENCYCLOPEDIA, authority).identity.certificate
    assert certificate.subject.rfc4514_string() == (
        "CN=en.encyclopedia.example,O=Encyclopedia Foundation,L=San Francisco,ST=California,C=US"
    )
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 365


def test_servers_of_different_numbers_got_their_certificates_at_different_times(
    authority: Authority,
) -> None:
    first, second = (WebServer(sites.FONTS, authority, number).identity for number in (0, 1))
    gap = second.certificate.not_valid_before_utc - first.certificate.not_valid_before_utc
    assert gap.days == 3
