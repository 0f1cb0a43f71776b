"""Finished connections to the conn table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.flows.addresses import address_texts
from capture.builtin.flows.connection_table import FINISHED, TextPool, join_rows, take_rows
from capture.builtin.flows.identifiers import connection_uids
from capture.builtin.flows.ports import TCP, UDP
from capture.schema import CONN

Rows = NDArray[np.void]
NANOSECONDS: Final = 1e9


def concatenate(chunks: Sequence[Rows]) -> Rows:
    """Return all rows, sorted by time and then by the number of the first packet."""
    rows = join_rows([np.zeros(0, dtype=FINISHED), *chunks])
    return take_rows(rows, np.lexsort((rows["serial"], rows["first_time"])))


def by_role(rows: Rows, column: str, role: int) -> NDArray[Any]:
    """Return a two-sided column's value for originators (0) or responders (1)."""
    side = rows["originator"].astype(np.int64) ^ role
    values: NDArray[Any] = rows[column][np.arange(len(rows)), side]
    return values


def endpoint(rows: Rows, role: int) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return addresses as text and ports of originators (0) or responders (1)."""
    is_second = (rows["originator"].astype(np.int64) ^ role) == 1
    address = np.where(is_second[:, None], rows["second_address"], rows["first_address"])
    port = np.where(is_second, rows["second_port"], rows["first_port"])
    return address_texts(address), port.astype(np.int64)


def protocol_names(rows: Rows) -> NDArray[np.object_]:
    """Return tcp, udp or icmp for each row."""
    names = np.full(len(rows), "icmp", dtype=object)
    names[rows["protocol"] == TCP] = "tcp"
    names[rows["protocol"] == UDP] = "udp"
    return names


def conn_table(
    rows: Rows, histories: TextPool, states: TextPool, services: dict[int, str]
) -> pl.DataFrame:
    """Return the conn table; ``services`` are by the number of a connection's first packet."""
    originator, originator_port = endpoint(rows, 0)
    responder, responder_port = endpoint(rows, 1)
    lasting = rows["duration"] > 0
    columns: dict[str, Any] = {
        "ts": rows["first_time"] / NANOSECONDS,
        "uid": connection_uids(rows),
        "id.orig_h": originator,
        "id.orig_p": originator_port,
        "id.resp_h": responder,
        "id.resp_p": responder_port,
        "proto": protocol_names(rows),
        "service": [services.get(serial) for serial in rows["serial"].tolist()],
        "duration": _where(lasting, rows["duration"] / NANOSECONDS),
        "orig_bytes": _where(lasting, by_role(rows, "payload", 0)),
        "resp_bytes": _where(lasting, by_role(rows, "payload", 1)),
        "conn_state": _texts(states, rows["state"]),
        "missed_bytes": rows["missed"],
        "history": _texts(histories, rows["history"]),
        "orig_pkts": by_role(rows, "packets", 0),
        "orig_ip_bytes": by_role(rows, "ip_bytes", 0),
        "resp_pkts": by_role(rows, "packets", 1),
        "resp_ip_bytes": by_role(rows, "ip_bytes", 1),
    }
    return pl.DataFrame(columns, schema=CONN)


def _where(condition: NDArray[np.bool_], values: NDArray[Any]) -> pl.Series:
    """Return the values, null where the condition does not hold."""
    missing = pl.Series(~condition)
    return pl.select(pl.when(missing).then(None).otherwise(pl.Series(values))).to_series()


def _texts(pool: TextPool, numbers: NDArray[np.int32]) -> pl.Series:
    """Return pooled texts, null for an empty one."""
    texts = np.array([text or None for text in pool.texts] or [None], dtype=object)
    return pl.Series(texts[numbers].tolist(), dtype=pl.String)
