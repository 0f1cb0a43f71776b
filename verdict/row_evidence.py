"""Evidence on the strongest row of a target, which says of which row it is where that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from verdict.document import Reason, ServerKey
from verdict.evidence import evidence
from verdict.observation import Observation

_NAMES_ITS_SERVER: Final = "no_dns_answer"


def row_evidence(strongest: Observation, rows: Sequence[Observation]) -> list[Reason]:
    """Return the evidence on one row of a target; what is not so in all names the row it is of."""
    own = evidence(strongest)
    of_all = {reason.text for reason in own}
    for row in rows:
        if of_all and row is not strongest:
            of_all &= {reason.text for reason in evidence(row)}
    where = _where(strongest.key, [row.key for row in rows])
    return [
        reason
        if reason.text in of_all or reason.feature == _NAMES_ITS_SERVER
        else replace(reason, text=f"{where}: {reason.text}")
        for reason in own
    ]


def _where(key: ServerKey, keys: Sequence[ServerKey]) -> str:
    """Return what tells a row from the others, and no more."""
    ends, port = (key.client, key.server), (key.port, key.proto)
    others = [each for each in keys if each != key]
    of_client = any(each.client != key.client for each in others)
    address = f"client {key.client}" if of_client else f"server {key.server}"
    if all((each.client, each.server) != ends for each in others):
        return address
    at_port = f"port {key.port}/{key.proto}"
    is_enough = all((each.port, each.proto) != port for each in others)
    return at_port if is_enough else f"{address}, {at_port}"
