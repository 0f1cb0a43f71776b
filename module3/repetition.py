"""What flows are by repetition: guesses of passwords, and port scans."""

from __future__ import annotations

import polars as pl

from module3.logins import guessing
from module3.scans import scanning


def repeated(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` that repetition gives it, and the ``evidence``.

    ``flows`` need the columns ``logins.READ``, ``flow_state.OPENINGS`` and ``flow_state.TRIES``.
    Both columns are missing elsewhere.
    """
    logins, scans = guessing(flows), scanning(flows)
    return pl.DataFrame([logins[name].fill_null(scans[name]) for name in ("guessed", "evidence")])
