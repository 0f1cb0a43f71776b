"""Which connection a protocol record belongs to: the first columns of every Zeek log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Connection(NamedTuple):
    """Identity of a connection; addresses as text, ``protocol`` is tcp, udp or icmp."""

    uid: str
    originator: str
    originator_port: int
    responder: str
    responder_port: int
    protocol: str


class ConnectionColumns(NamedTuple):
    """Identities of many connections, a list for each field of ``Connection``."""

    uid: list[str]
    originator: list[str]
    originator_port: list[int]
    responder: list[str]
    responder_port: list[int]
    protocol: list[str]

    def append(self, connection: Connection) -> None:
        """Add one."""
        columns: Sequence[list[Any]] = self
        for column, value in zip(columns, connection, strict=True):
            column.append(value)

    def extend(self, others: ConnectionColumns) -> None:
        """Add others."""
        columns: Sequence[list[Any]] = self
        more: Sequence[list[Any]] = others
        for column, values in zip(columns, more, strict=True):
            column.extend(values)

    def take(self, at: Sequence[int]) -> ConnectionColumns:
        """Return the connections at these indices."""
        columns: Sequence[list[Any]] = self
        return ConnectionColumns(*[[column[one] for one in at] for column in columns])
