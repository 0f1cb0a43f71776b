"""Under which name the certificates of an issuer are counted."""

from __future__ import annotations

from capture.distinguished_name import attributes


def issuer_name(text: str) -> str:
    """Return the organisation of a distinguished name, without one the common name, as ``O=…``.

    In lower case and with single spaces; empty when it has neither.
    """
    found = attributes(text)
    for wanted in ("O", "CN"):
        for kind, value in found:
            if kind == wanted:
                return f"{wanted}={' '.join(value.lower().split())}"
    return ""
