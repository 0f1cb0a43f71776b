"""A small table of labelled flows whose classes are well apart."""

from __future__ import annotations

import polars as pl

from module3.classes import CLASSES
from module3.model_columns import BASE
from module3.training_rows import TABLE_SCHEMA

EACH = 12  # rows of a class in a source


def labelled_flows(sources: tuple[str, ...] = ("2017", "2018")) -> pl.DataFrame:
    """Return flows of every class in every source, as ``TABLE_SCHEMA``."""
    rows = [
        {
            **dict.fromkeys(BASE, float(number)),
            "Source": source,
            "Label": label,
            "Protocol": 6.0,
            "Flow Duration": 1.0 + number / 100,
            "Tot Fwd Pkts": 3.0 + 10 * place,
            "Tot Bwd Pkts": 2.0 + 7 * place,
            "TotLen Fwd Pkts": 1000.0 * (place + 1) + number,
            "TotLen Bwd Pkts": 500.0 * (place + 1),
            "Init Fwd Win Byts": 29200.0,
        }
        for source in sources
        for place, label in enumerate(CLASSES)
        for number in range(EACH)
    ]
    return pl.DataFrame(rows, schema=TABLE_SCHEMA)
