"""All targets."""

from typing import Final

from fuzz.target import Target
from fuzz.targets import (
    connections,
    dns,
    files,
    logins,
    logs,
    packets,
    quic,
    tables,
    tls,
    upgrades,
)

TARGETS: Final[tuple[Target, ...]] = (
    *files.TARGETS,
    *packets.TARGETS,
    *connections.TARGETS,
    *tls.TARGETS,
    *upgrades.TARGETS,
    *quic.TARGETS,
    *logins.TARGETS,
    *dns.TARGETS,
    *logs.TARGETS,
    *tables.TARGETS,
)
