"""The result of reading captures: four tables and a record of what was read and skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import polars as pl

from capture.path_text import readable
from capture.schema import SCHEMAS

_ROWS_A_BATCH: Final = 1 << 16


@dataclass(frozen=True)
class CaptureInfo:
    """What is known of one input.

    ``path`` is as the user gave it (or found below it), made ``readable``. ``sha256`` is of the
    file's bytes (of all log files in name order, for a log folder). ``packets`` counts every
    record of the file, None for logs; ``skipped`` counts what could not be analysed, by reason.
    Times are epoch seconds.
    """

    path: str
    sha256: str
    packets: int | None
    skipped: Mapping[str, int] = field(default_factory=dict)
    first_ts: float | None = None
    last_ts: float | None = None

    def __post_init__(self) -> None:
        """Make the path and the reasons text that every output can hold."""
        object.__setattr__(self, "path", readable(self.path))
        skipped = {readable(reason): count for reason, count in self.skipped.items()}
        object.__setattr__(self, "skipped", skipped)


class LogBatches(Protocol):
    """Logs whose tables may be larger than the memory."""

    @property
    def captures(self) -> tuple[CaptureInfo, ...]:
        """What is known of the inputs."""

    def batches(self, name: str) -> Iterator[pl.DataFrame]:
        """Yield the table of that name in parts, in order; there is at least one."""


@dataclass(frozen=True)
class Logs:
    """Tables with at least the columns of ``capture.schema``, sorted by time."""

    conn: pl.DataFrame
    ssl: pl.DataFrame
    x509: pl.DataFrame
    dns: pl.DataFrame
    engine_name: str
    engine_version: str
    captures: tuple[CaptureInfo, ...] = ()

    def table(self, name: str) -> pl.DataFrame:
        """Return the table of that name: conn, ssl, x509 or dns."""
        tables = {"conn": self.conn, "ssl": self.ssl, "x509": self.x509, "dns": self.dns}
        return tables[name]

    def batches(self, name: str) -> Iterator[pl.DataFrame]:
        """Yield the table of that name in parts, in order."""
        table = self.table(name)
        yield table.clear()
        yield from table.iter_slices(_ROWS_A_BATCH)


def empty_table(name: str) -> pl.DataFrame:
    """Return the named table without rows."""
    return pl.DataFrame(schema=SCHEMAS[name])


def merge(parts: Sequence[Logs]) -> Logs:
    """Put the logs of several captures together as one picture, sorted by time."""
    engines = sorted({(part.engine_name, part.engine_version) for part in parts})
    tables = {
        name: _by_time(
            pl.concat([empty_table(name), *(part.table(name) for part in parts)], how="diagonal")
        )
        for name in SCHEMAS
    }
    return Logs(
        **tables,
        engine_name=" + ".join(name for name, _ in engines),
        engine_version=" + ".join(version for _, version in engines),
        captures=tuple(capture for part in parts for capture in part.captures),
    )


def _by_time(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table sorted by time; what is sorted, as that of one capture, is not copied."""
    if table["ts"].is_sorted(nulls_last=True):
        return table
    return table.sort("ts", maintain_order=True, nulls_last=True)
