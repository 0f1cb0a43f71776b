"""The records of the 2020 West Lake (XiHuLunJian) contest in our fields.

They show which names and issuers are common. Their labels are rules of thumb, not knowledge.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from capture.schema import Schema
from module1.features import FIELDS, canonical_names, version_text
from training.tables import read_table

WEAK_LABEL: Final = "weakLabel"
_KEPT: Final = (
    "destPort",
    "tlsSubject",
    "tlsIssuerDn",
    "tlsSni",
    "tlsVersion",
    "bytesOut",
    "pktsOut",
    "bytesIn",
    "pktsIn",
)
CONTEST_SCHEMA: Final[Schema] = {**{name: FIELDS[name] for name in _KEPT}, WEAK_LABEL: pl.Int64()}
_WEAK_LABELS: Final = {"malicious": 1, "benign": 0}


def read_contest(path: Path) -> pl.DataFrame:
    """Return the records with the columns of ``CONTEST_SCHEMA``: no addresses, no identifiers.

    ``weakLabel`` is 1 malicious, 0 normal or null. Raises ``TableError`` for any other file.
    """
    fields = {name: FIELDS[name] for name in _KEPT}
    return (
        read_table(path, {**fields, "weak_label": pl.String()})
        .with_columns(
            canonical_names(_with_leading_slash(pl.col("tlsSubject", "tlsIssuerDn"))),
            tlsVersion=version_text(pl.col("tlsVersion")),
            weakLabel=pl.col("weak_label").replace_strict(
                _WEAK_LABELS, default=None, return_dtype=pl.Int64
            ),
        )
        .select(CONTEST_SCHEMA.keys())
        .sort(pl.all())
    )


def _with_leading_slash(names: pl.Expr) -> pl.Expr:
    """Mark names in OpenSSL's old form, ``CN=a.example/O=Example``, by the slash it begins with."""
    old_form = names.str.contains("^[A-Z]+=[^,]*/[A-Z]+=")
    return pl.when(old_form).then(names.str.replace("^", "/")).otherwise(names)
