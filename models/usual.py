"""How many normal rows have a value, of features whose usual range would exclude nothing.

Shares and flags are mostly 0 or 1, so that most normal rows lie between the two in any case, and
categories have no range. What is told of them has a folder of its own, with a card, so that it can
be made again without a model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.card import Card, read_card, retrain, write_card
from models.errors import ModelError
from models.feature_ranges import Range, fit_ranges
from models.replacement import replacing_model
from models.storage import load_json, save_json

SERVERS: Final = "normal_servers"
CONNECTIONS: Final = "normal_connections"
FILE: Final = "usual.json"
_DESCRIPTIONS: Final = {
    SERVERS: "how many normal server rows have each value of shares, flags and categories",
    CONNECTIONS: "how many normal TLS connections have each value of flags and frequent names; "
    "ranges of frequency codes",
}
_MISSING: Final = "missing"
_BETWEEN: Final = "between"
_RARE: Final = "rare"
_FEW: Final = 0.005  # of the rows have a name that is stored; fewer are rare
_MOSTLY: Final = 0.5  # of the known values of a share are 0 or 1
_DECIMALS: Final = 4


@dataclass(frozen=True)
class Usual:
    """By feature, the share of normal rows with each value; ranges of features without any."""

    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)

    def alike(self, feature: str, value: Any) -> float | None:
        """Return the share of normal rows with this value, None of a feature that has a range.

        A number between 0 and 1 has those for company that are between them too.
        """
        shares = self.shares.get(feature)
        return None if shares is None else shares.get(_key(value), shares.get(_RARE, 0.0))


def fit_usual(rows: pl.DataFrame, features: Sequence[str], ranged: Sequence[str] = ()) -> Usual:
    """Return the shares of the features that are shares, flags or categories, over normal rows.

    ``ranged`` are features that get a range.
    """
    fitting = [name for name in features if _has_shares(rows[name])]
    return Usual({name: _shares(rows[name]) for name in fitting}, fit_ranges(rows, ranged))


def fit_names(names: pl.DataFrame) -> Usual:
    """Return the shares of names, of which nearly all are rare, and of these no more than that."""
    shares = {name: _shares(names[name]) for name in names.columns}
    return Usual(
        {
            name: {_RARE: _FEW, **{key: share for key, share in each.items() if share >= _FEW}}
            for name, each in shares.items()
        }
    )


def _has_shares(values: pl.Series) -> bool:
    if values.dtype == pl.String:
        return True
    known = values.drop_nulls().drop_nans() if values.dtype.is_float() else values.drop_nulls()
    if known.is_empty() or not known.is_between(0, 1).all():
        return False
    return float(((known == 0) | (known == 1)).sum()) >= _MOSTLY * len(known)


def _shares(values: pl.Series) -> dict[str, float]:
    counts: dict[str, int] = {}
    for value in values.to_list():
        counts[_key(value)] = counts.get(_key(value), 0) + 1
    return {key: round(count / len(values), _DECIMALS) for key, count in counts.items()}


def _key(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return _MISSING
    if isinstance(value, str):
        return f"={value}"  # whatever it is, it is none of the other keys
    return str(int(value)) if value in (0, 1) else _BETWEEN


def write_usual(folder: Path, usual: Usual, training_data: Sequence[Path]) -> Card:
    """Write a folder with its card; the same rows give the same bytes."""
    with replacing_model(folder) as part:
        ranges = {name: list(ends) for name, ends in usual.ranges.items()}
        save_json(part / FILE, {"shares": usual.shares, "ranges": ranges})
        return write_card(
            part,
            description=_DESCRIPTIONS[folder.name],
            features=(*usual.shares, *usual.ranges),
            thresholds={},
            metrics={},
            libraries=("polars",),
            training_data=training_data,
        )


def load_usual(folder: Path) -> Usual:
    """Return what ``write_usual`` wrote, nothing where an earlier program trained.

    Raises ``ModelError`` when a file is missing or differs from the card.
    """
    if not folder.is_dir():
        return Usual()
    read_card(folder)
    try:
        content = load_json(folder / FILE)
        ranges = {
            name: (float(low), float(high)) for name, (low, high) in content["ranges"].items()
        }
        shares = {name: _read_shares(each) for name, each in content["shares"].items()}
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ModelError(
            f"{folder / FILE}: no shares of normal rows ({error}); {retrain(folder)}"
        ) from None
    return Usual(shares, ranges)


def _read_shares(content: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(share) for key, share in content.items()}
