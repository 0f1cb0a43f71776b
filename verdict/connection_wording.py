"""What the features of a single TLS connection measure, in words."""

from __future__ import annotations

from typing import Final

from verdict.units import Wording, characters, entropy, number, size, version, yes_or_no

CONNECTION: Final[dict[str, Wording]] = {
    "tlsSubject": Wording("subject of the certificate", number),
    "tlsIssuerDn": Wording("issuer of the certificate", number),
    "tlsSni": Wording("server name asked for (SNI)", number),
    "tlsVersion": Wording("TLS version", version),
    "subject_words": Wording("words in the subject of the certificate", number),
    "issuer_words": Wording("words in the issuer of the certificate", number),
    "sni_words": Wording("words in the server name asked for (SNI)", number),
    "bytes_out": Wording("bytes sent by the server", size),
    "packets_out": Wording("packets sent by the server", number),
    "bytes_in": Wording("bytes sent by the client", size),
    "packets_in": Wording("packets sent by the client", number),
    "bytes_ratio": Wording("bytes from the server for each byte from the client", number),
    "packets_ratio": Wording("packets from the server for each packet from the client", number),
    "bytes_per_packet_out": Wording("mean size of the server's packets", size),
    "bytes_per_packet_in": Wording("mean size of the client's packets", size),
    "version": Wording("TLS version", version),
    "subject_parts": Wording("number of parts in the certificate's subject", number),
    "issuer_parts": Wording("number of parts in the certificate's issuer", number),
    "has_issuer": Wording("the certificate names an issuer", yes_or_no),
    "subject_is_issuer": Wording("subject and issuer of the certificate are equal", yes_or_no),
    "has_sni": Wording("the client names the server (SNI)", yes_or_no),
    "sni_length": Wording("length of the server name asked for (SNI)", characters),
    "sni_labels": Wording("number of labels in the server name asked for (SNI)", number),
    "sni_entropy": Wording("randomness of the server name asked for (SNI)", entropy),
    "subject_CN_length": Wording("length of the certificate's common name", characters),
    "subject_CN_entropy": Wording("randomness of the certificate's common name", entropy),
    "subject_CN_matches_sni": Wording("the certificate's common name is the SNI", yes_or_no),
}
