"""What requests send, counted for each flow: different passwords, scripts and SQL."""

from __future__ import annotations

from typing import Any, Final

from module3.flow_packets import Payloads
from module3.flow_state import LATEST_INJECTIONS, States
from module3.injections import injections
from module3.passwords import credentials
from module3.web_requests import Request, requests

_OF_LOGINS: Final = (b"GET", b"POST")


def update(states: States, payloads: Payloads) -> None:
    """Count the requests of each flow with code that is new there, or else with a new password."""
    for request in requests(payloads):
        row = states[request.flow]
        found = injections(request.target, request.body)
        for kind, number in enumerate(found):
            if number:
                _count(row, kind, number)
        if not any(found) and request.method in _OF_LOGINS:
            _count_password(row, request)


def _count(row: Any, kind: int, number: int) -> None:
    """Count a request unless one of the latest few different ones was the same."""
    latest, count = row["injected"][kind], row["injections"]
    if number not in latest:
        latest[count[kind] % LATEST_INJECTIONS] = number
        count[kind] += 1


def _count_password(row: Any, request: Request) -> None:
    """Count a password that differs from the one before.

    A device that is asked for something again and again with the same password guesses none.
    """
    sent = credentials(request.target) or credentials(request.body)
    if sent:
        row["password_requests"] += row["credentials"] != sent
        row["credentials"] = sent
