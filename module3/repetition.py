"""What flows are by repetition: attacks in requests, guesses of passwords, and port scans."""

from __future__ import annotations

import polars as pl

from module3.logins import guessing
from module3.scans import scanning
from module3.vain_logins import vain_logins
from module3.web_attacks import attacking


def repeated(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` that repetition gives it, and the ``evidence``.

    ``flows`` need the columns ``logins.READ``, ``flow_state.OBSERVED``. Both columns are
    missing elsewhere.
    """
    rules = [rule(flows) for rule in (attacking, guessing, vain_logins, scanning)]
    return pl.select(
        pl.coalesce(*(found[name] for found in rules)).alias(name)
        for name in ("guessed", "evidence")
    )
