"""Which rows are trained on and which are held out, alike for servers and connections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.errors import EvaluationError
from evaluation.tables import LabelledTables
from training.folds import grouped_folds, without_shared_origin
from training.out_of_fold import possible_folds

Numbers = NDArray[np.int64]
Part = tuple[Numbers, Numbers]

_COLUMNS: Final = ("label", "capture", "family", "server", "certificate")
# A capture that seems older comes from a clock that was never set: there was no SSL yet.
_FIRST_SSL: Final = datetime(1995, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Split:
    """Numbers of the rows that are trained on and of those held out, in both tables."""

    servers: Part
    connections: Part


@dataclass(frozen=True)
class Origins:
    """The distinct origins of all rows, and which of them each server and connection has.

    ``rows`` has the columns label, capture, family, server, certificate and ``start``, which is the
    time of the capture's first TLS connection in seconds since 1970.
    """

    rows: pl.DataFrame
    servers: Numbers
    connections: Numbers

    @classmethod
    def of(cls, tables: LabelledTables) -> Origins:
        """Return the origins of both tables."""
        starts = tables.connections.group_by("capture").agg(pl.col("ts").min().alias("start"))
        both = [table.select(_COLUMNS) for table in (tables.servers, tables.connections)]
        rows = pl.concat(both).unique().sort(_COLUMNS)
        known = rows.join(starts, on="capture", how="left", maintain_order="left")
        return cls(known, _numbers(tables.servers, rows), _numbers(tables.connections, rows))

    def starts(self) -> pl.DataFrame:
        """Return capture and ``start`` of each capture whose clock was set."""
        known = self.rows.filter(pl.col("start") >= _FIRST_SSL)
        return known.select("capture", "start").unique()

    def split(self, training: Numbers, held_out: Numbers) -> Split:
        """Return the rows of both tables that have the origins trained on and held out."""
        servers, connections = (
            (_positions(of_rows, training), _positions(of_rows, held_out))
            for of_rows in (self.servers, self.connections)
        )
        return Split(servers, connections)


def grouped(
    origins: Origins, folds: int, repeats: int, within: Numbers | None = None
) -> list[Split]:
    """Return folds that keep a family, capture, public server and certificate on one side.

    All origins, or those ``within``, are held out once for each of ``repeats`` foldings. Raises
    ``EvaluationError`` when there are too few families or captures to hold any out.
    """
    chosen = np.arange(origins.rows.height) if within is None else within
    rows = origins.rows[chosen]
    count = min(folds, possible_folds(rows))
    if count < 2:
        raise EvaluationError(
            "nothing can be held out: needs two malicious families and two normal captures at least"
        )
    return [
        origins.split(chosen[training], chosen[held_out])
        for seed in range(1, repeats + 1)
        for training, held_out in grouped_folds(rows, count, seed)
    ]


def one_family_each(origins: Origins) -> list[Split]:
    """Return a split for each malicious family, which holds out its servers.

    Nothing of the captures that it is in, nor its servers and certificates, is trained on.
    """
    rows = origins.rows
    families = rows.filter(label=1)["family"].unique().sort().to_list()
    return [_without_family(origins, family) for family in families]


def _without_family(origins: Origins, family: str) -> Split:
    rows = origins.rows
    of_family = (rows["label"] == 1) & (rows["family"] == family)
    captures = rows.filter(of_family)["capture"].unique().implode()
    others = np.flatnonzero(~rows["capture"].is_in(captures).to_numpy())
    held_out = np.flatnonzero(of_family.to_numpy())
    return origins.split(without_shared_origin(rows, others, held_out), held_out)


def default_date(origins: Origins) -> date:
    """Return the first day of the capture in the middle of those with malicious servers."""
    malicious = origins.rows.filter((pl.col("label") == 1) & (pl.col("start") >= _FIRST_SSL))
    starts = malicious.unique("capture")["start"].sort()
    if starts.is_empty():
        raise EvaluationError("no malicious capture has a time, so there is no split by time")
    return datetime.fromtimestamp(starts[len(starts) // 2], UTC).date()


def earlier_and_later(origins: Origins, day: date) -> Part:
    """Return the origins in captures that began before a day, and those of the day and after.

    A family may be on both sides, as in real life; a capture, public server or certificate is not.
    Captures whose clock was not set are on neither. Raises ``EvaluationError`` unless both sides
    have both classes.
    """
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    starts = origins.rows["start"]
    earlier = np.flatnonzero(((starts >= _FIRST_SSL) & (starts < moment)).fill_null(False))
    later = np.flatnonzero((starts >= moment).fill_null(False))
    earlier = without_shared_origin(origins.rows, earlier, later)
    labels = origins.rows["label"].to_numpy()
    if any(len(np.unique(labels[side])) < 2 for side in (earlier, later)):
        raise EvaluationError(f"captures before {day}, and from then on, need both classes each")
    return earlier, later


def at_random(tables: LabelledTables, folds: int, repeats: int) -> list[Split]:
    """Return folds of rows drawn at random, class by class: what leaks, to show how much.

    Raises ``EvaluationError`` where a class has a single row, which cannot be on both sides.
    """
    count = min(folds, *map(_rows_of_rarer_class, (tables.servers, tables.connections)))
    if count < 2:
        raise EvaluationError(
            "no rows can be drawn at random: needs two malicious and two normal servers, and two "
            "connections of each, at least"
        )
    return [
        Split(servers, connections)
        for seed in range(1, repeats + 1)
        for servers, connections in zip(
            _stratified(tables.servers, count, seed),
            _stratified(tables.connections, count, seed),
            strict=True,
        )
    ]


def _rows_of_rarer_class(rows: pl.DataFrame) -> int:
    malicious = rows.filter(label=1).height
    return min(malicious, rows.height - malicious)


def _stratified(rows: pl.DataFrame, folds: int, seed: int) -> Iterator[Part]:
    from sklearn.model_selection import StratifiedKFold

    labels = rows["label"].to_numpy()
    yield from StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)


def _numbers(rows: pl.DataFrame, origins: pl.DataFrame) -> Numbers:
    found = rows.select(_COLUMNS).join(
        origins.with_row_index("number"),
        on=_COLUMNS,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return found["number"].to_numpy().astype(np.int64)


def _positions(of_rows: Numbers, wanted: Sequence[int] | Numbers) -> Numbers:
    return np.flatnonzero(np.isin(of_rows, wanted)).astype(np.int64)
