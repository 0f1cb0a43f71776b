"""Finished connections to the conn table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.connection import ConnectionColumns
from capture.builtin.flows.addresses import address_texts
from capture.builtin.flows.connection_table import TextPool
from capture.builtin.flows.identifiers import connection_uids
from capture.builtin.flows.ports import TCP, UDP
from capture.schema import CONN

Rows = NDArray[np.void]
NANOSECONDS: Final = 1e9
# By protocol number; nothing else has connections.
_PROTOCOLS: Final = ["icmp"] * 256
_PROTOCOLS[TCP], _PROTOCOLS[UDP] = "tcp", "udp"


def _by_role(rows: Rows, role: int, of_first: str, of_second: str) -> NDArray[Any]:
    """Return a column of the first or the second endpoint, whichever has the role."""
    is_second = rows["originator"] != role
    if rows[of_first].ndim > 1:
        is_second = is_second[:, None]
    return np.where(is_second, rows[of_second], rows[of_first])


def _sent(rows: Rows, column: str, role: int) -> NDArray[Any]:
    """Return a two-sided column's value for originators (0) or responders (1)."""
    return np.where(rows["originator"] != role, rows[column][:, 1], rows[column][:, 0])


def _addresses(rows: Rows, role: int) -> NDArray[np.object_]:
    return address_texts(_by_role(rows, role, "first_address", "second_address"))


def ports(rows: Rows, role: int) -> NDArray[np.int64]:
    """Return the ports of originators (0) or responders (1)."""
    return _by_role(rows, role, "first_port", "second_port").astype(np.int64)


def _protocol_names(rows: Rows) -> NDArray[np.object_]:
    names: NDArray[np.object_] = np.array(_PROTOCOLS, dtype=object)[rows["protocol"]]
    return names


def connection_columns(rows: Rows) -> ConnectionColumns:
    """Return what the logs' first columns say of connections."""
    return ConnectionColumns(
        connection_uids(rows).tolist(),
        _addresses(rows, 0).tolist(),
        ports(rows, 0).tolist(),
        _addresses(rows, 1).tolist(),
        ports(rows, 1).tolist(),
        _protocol_names(rows).tolist(),
    )


@dataclass(frozen=True)
class Texts:
    """The texts to which finished connections refer by number."""

    histories: TextPool = field(default_factory=TextPool)
    states: TextPool = field(default_factory=TextPool)
    services: TextPool = field(default_factory=TextPool)


def conn_table(rows: Rows, texts: Texts) -> pl.DataFrame:
    """Return the conn table in the order of the rows."""
    lasting = rows["duration"] > 0
    columns: dict[str, Any] = {
        "ts": rows["first_time"] / NANOSECONDS,
        "uid": _text_column(connection_uids(rows)),
        "id.orig_h": _text_column(_addresses(rows, 0)),
        "id.orig_p": ports(rows, 0),
        "id.resp_h": _text_column(_addresses(rows, 1)),
        "id.resp_p": ports(rows, 1),
        "proto": _gathered(_PROTOCOLS, rows["protocol"]),
        "service": _gathered(texts.services.texts, rows["service"]),
        "duration": _where(lasting, rows["duration"] / NANOSECONDS),
        "orig_bytes": _where(lasting, _sent(rows, "payload", 0)),
        "resp_bytes": _where(lasting, _sent(rows, "payload", 1)),
        "conn_state": _gathered(texts.states.texts, rows["state"]),
        "missed_bytes": rows["missed"],
        "history": _gathered(texts.histories.texts, rows["history"]),
        "orig_pkts": _sent(rows, "packets", 0),
        "orig_ip_bytes": _sent(rows, "ip_bytes", 0),
        "resp_pkts": _sent(rows, "packets", 1),
        "resp_ip_bytes": _sent(rows, "ip_bytes", 1),
    }
    return pl.DataFrame(columns, schema=CONN)


def _where(condition: NDArray[np.bool_], values: NDArray[Any]) -> pl.Series:
    """Return the values, null where the condition does not hold."""
    missing = pl.Series(~condition)
    return pl.select(pl.when(missing).then(None).otherwise(pl.Series(values))).to_series()


def _text_column(texts: NDArray[Any]) -> pl.Series:
    return pl.Series(texts.tolist(), dtype=pl.String)


def _gathered(texts: Sequence[str], numbers: NDArray[Any]) -> pl.Series:
    """Return texts by their number, null for an empty one."""
    values = pl.Series([text or None for text in texts], dtype=pl.String)
    return values.gather(numbers)
