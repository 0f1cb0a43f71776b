"""Display filters that show in Wireshark the packets behind a verdict."""

from __future__ import annotations

from collections.abc import Iterable

from verdict.document import Connection, ServerKey, Target


def target_filter(target: Target) -> str:
    """Return a filter for the packets between a target and those it speaks TLS with."""
    services = {(each.proto or "tcp", each.server_port) for each in target.connections}
    if target.role == "server" and services:
        return f"{_address(target.ip)} && {_ports(services)}"
    return _address(target.ip)


def server_filter(key: ServerKey) -> str:
    """Return a filter for the packets of a server row."""
    return " && ".join(
        [_address(key.client), _address(key.server), _port(key.proto or "tcp", key.port)]
    )


def connection_filter(connection: Connection) -> str:
    """Return a filter for the packets of one connection."""
    proto = connection.proto or "tcp"
    ports = (connection.client_port, connection.server_port)
    return " && ".join(
        [
            _address(connection.client),
            _address(connection.server),
            *(_port(proto, port) for port in ports if port is not None),
        ]
    )


def _address(address: str) -> str:
    return f"{'ipv6' if ':' in address else 'ip'}.addr == {address}"


def _ports(services: Iterable[tuple[str, int]]) -> str:
    parts = [_port(proto, port) for proto, port in sorted(services)]
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def _port(proto: str, port: int) -> str:
    return f"{proto}.port == {port}"
