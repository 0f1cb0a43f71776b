"""When a verdict is to be read with care, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from capture.logs import Logs
from verdict.document import Limit, Role
from verdict.observation import Observation

_HIDDEN_FROM: Final = "TLSv13"


def limits(seen: Sequence[Observation]) -> tuple[Limit, ...]:
    """Return what keeps the detectors from seeing all of the given server rows."""
    found = (rule(seen) for rule in (_hidden_certificates, _one_direction, _lost_bytes, _no_flows))
    return tuple(limit for limit in found if limit is not None)


def not_assessed(logs: Logs, address: str, role: Role) -> tuple[Limit, ...]:
    """Return why there is nothing to assess at an address that has no TLS connection."""
    column = "id.resp_h" if role == "server" else "id.orig_h"
    if (logs.conn[column] == address).any():
        return (Limit("no_tls", f"no TLS connection with {address} as {role} was seen"),)
    return (Limit("not_in_capture", f"{address} is in no capture"),)


def _hidden_certificates(seen: Sequence[Observation]) -> Limit | None:
    """Certificates that TLS 1.3 encrypts, or that a resumed session does not show again."""
    connections = [connection for row in seen for connection in row.connections]
    hidden = [connection for connection in connections if connection.leaf is None]
    if not connections or not hidden:
        return None
    if len(hidden) < len(connections) and all(c.resumed for c in hidden):
        return None
    causes = {
        "TLS 1.3 encrypts them": any(c.version == _HIDDEN_FROM for c in hidden),
        "resumed sessions show none": any(c.resumed for c in hidden),
    }
    known = [cause for cause, applies in causes.items() if applies]
    why = f" ({'; '.join(known)})" if known else ""
    text = f"no certificate visible in {len(hidden)} of {len(connections)} TLS connections{why}"
    return Limit("hidden_certificates", text)


def _one_direction(seen: Sequence[Observation]) -> Limit | None:
    """Without the client's messages nobody knows, for one, which name it asked for."""
    connections = [connection for row in seen for connection in row.connections]
    halves = sum(connection.only_from_server for connection in connections)
    if not halves:
        return None
    what = f"{halves} of {len(connections)} TLS connections"
    return Limit("one_direction", f"only the server's direction was captured of {what}")


def _lost_bytes(seen: Sequence[Observation]) -> Limit | None:
    lost = sum(row.missed_bytes for row in seen)
    if not lost:
        return None
    return Limit("lost_bytes", f"{lost:,} bytes of these connections are missing from the capture")


def _no_flows(seen: Sequence[Observation]) -> Limit | None:
    if all(row.starts for row in seen):
        return None
    return Limit("no_flows", "no conn log: sizes, durations and times between flows are unknown")
