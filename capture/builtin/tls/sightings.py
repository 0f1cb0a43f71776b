"""Certificates in chains, and which of these sightings are worth a row of x509."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.flows.runs import Booleans, Indices, first_of_run

PLACE: Final = "place in the order of time"
TIME: Final = "time_ns"
CERTIFICATE: Final = "certificate"
OF_HOST: Final = "of the host itself"
OF_CLIENT: Final = "of a client"
SIGHTED_AS: Final = (CERTIFICATE, OF_HOST, OF_CLIENT)
"""The part that a certificate plays."""

_RELOG_AFTER_NS: Final = 86_400 * 10**9


def sightings(chains: pl.DataFrame, row_of: NDArray[np.uint32], place: int) -> pl.DataFrame:
    """Return a row for each certificate of some chains, which are sorted by time.

    ``row_of`` gives a certificate's row by its number; ``place`` is that of the first sighting.
    """
    lengths = chains["certificates"].list.len().to_numpy()
    of_chain = np.repeat(np.arange(chains.height), lengths)
    numbers = chains["certificates"].explode().drop_nulls().to_numpy()
    shared = chains.select(pl.col("time_ns").alias(TIME), pl.col("of_client").alias(OF_CLIENT))
    return shared.select(pl.all().gather(pl.Series(of_chain))).with_columns(
        pl.Series(CERTIFICATE, row_of[numbers].astype(np.int64)),
        pl.Series(OF_HOST, first_of_run(of_chain)),
        pl.Series(PLACE, np.arange(place, place + len(numbers))),
    )


class WorthARow:
    """Tells which sightings are worth a row: the first of each part, and then one a day.

    Sightings come sorted by SIGHTED_AS, then by time.
    """

    def __init__(self) -> None:
        self._logged = pl.DataFrame()  # the last row, if any

    def of(self, sighted: pl.DataFrame) -> pl.DataFrame:
        """Return those of the next sightings, of which there is at least one, worth a row."""
        known = self._logged.height
        together = pl.concat([self._logged, sighted]) if known else sighted
        logged = together.filter(_are_due(_parts_played(together), together[TIME].to_numpy()))
        self._logged = logged.tail(1)
        return logged.slice(known)


def _parts_played(sighted: pl.DataFrame) -> Indices:
    """Return one number for what a certificate is sighted as."""
    certificate, of_host, of_client = (sighted[name].to_numpy() for name in SIGHTED_AS)
    played: Indices = certificate * 4 + of_host * 2 + of_client
    return played


def _are_due(played: Indices, times: Indices) -> Booleans:
    """Return which come first or a day after the last that did; the first of all does."""
    due = first_of_run(played)
    first_times = times[np.flatnonzero(due)[np.cumsum(due) - 1]]
    logged: dict[int, int] = {}
    late = np.flatnonzero(times - first_times >= _RELOG_AFTER_NS)
    columns = (late, played[late], times[late], first_times[late])
    for at, part, time, first in zip(*[column.tolist() for column in columns], strict=True):
        if time - logged.get(part, first) >= _RELOG_AFTER_NS:
            due[at] = True
            logged[part] = time
    return due
