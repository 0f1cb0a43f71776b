"""X.509 certificates, read tolerantly: DER bytes in, values of Zeek's x509.log out."""
