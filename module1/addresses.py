"""Columns of addresses: off in the shipped model, since they learn a lab's address plan."""

from __future__ import annotations

import ipaddress
from typing import Final

import polars as pl

from module1.derived import each_once

SIDES: Final = {"client": "srcAddress", "server": "destAddress"}
OCTETS: Final = 4
OCTET_COLUMNS: Final = tuple(f"{side}_octet_{n}" for side in SIDES for n in range(1, OCTETS + 1))


def octet_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the octets of the IPv4 addresses of client and server as Float64; IPv6 is null."""
    return pl.DataFrame(
        [
            each_once(rows[field], _octets, pl.List(pl.Float64()))
            .list.get(number, null_on_oob=True)
            .alias(f"{side}_octet_{number + 1}")
            for side, field in SIDES.items()
            for number in range(OCTETS)
        ]
    )


def _octets(address: str) -> list[float]:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return []
    return [float(octet) for octet in parsed.packed] if parsed.version == 4 else []
