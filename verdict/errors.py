"""What can go wrong between the detectors and the result document."""


class DocumentError(ValueError):
    """A file that is no result document of this version."""


class CertificateDatabaseError(RuntimeError):
    """The certificate database cannot be read or written; the message says what to do."""


class UnknownCertificateError(LookupError):
    """No certificate of the database, or more than one, has the fingerprint that was given."""
