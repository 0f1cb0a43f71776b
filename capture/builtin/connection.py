"""Which connection a protocol record belongs to: the first columns of every Zeek log."""

from typing import NamedTuple


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
