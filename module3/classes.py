"""The classes that the models tell apart, and what the public tables call them."""

from __future__ import annotations

from typing import Final

BENIGN: Final = "Benign"
SSH: Final = "SSH-Bruteforce"
FTP: Final = "FTP-BruteForce"
WEB: Final = "Brute Force -Web"
SCRIPTS: Final = "Brute Force -XSS"
SQL: Final = "SQL Injection"
SCAN: Final = "Infilteration"

# In the order of the models' probabilities; Infilteration is spelt as in the tables.
CLASSES: Final = (
    BENIGN,
    "Bot",
    WEB,
    SCRIPTS,
    "DDoS",
    "DoS",
    FTP,
    SCAN,
    SQL,
    SSH,
)
# The tools behind floods are one class each: which of them it was matters to nobody.
_PREFIXES: Final = {"dos ": "DoS", "ddos ": "DDoS"}
LOGIN_PORTS: Final = {FTP: 21, SSH: 22}
_BY_LABEL: Final = {name.lower(): name for name in CLASSES}


def class_of(label: str) -> str | None:
    """Return the class that a label of the tables stands for, None if the models lack it.

    The tables do not agree on upper and lower case: it is BENIGN in those of 2017.
    """
    label = label.lower()
    for prefix, name in _PREFIXES.items():
        if label.startswith(prefix):
            return name
    return _BY_LABEL.get(label)
