"""How many servers each detector calls malicious, by models that saw neither capture nor family.

python -m verdict.evaluate reads the out-of-fold probabilities beside the trained models. Where a
card says that these are of training rows, so do the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from models.card import MODELS, TRAINING_ROWS, read_card, retrain
from models.errors import ModelError
from training.resampling import RESAMPLES, Draws, drawn_share
from verdict import out_of_fold
from verdict.final import DETECTORS, FOLDER
from verdict.held_out_thresholds import Shares, shares
from verdict.train import MODEL_BROKEN

COLUMNS: Final = (*DETECTORS, "final")
# Module 1's threshold is one of connections, and set otherwise.
_SET_BY_FALSE_POSITIVES: Final = ("random_forest", "gbdt", "final")
_HEADINGS: Final = {
    "module1": "module1",
    "random_forest": "forest",
    "gbdt": "gbdt",
    "final": "FINAL",
}


def evaluate(models: Path) -> dict[str, Any]:
    """Return counts by family, of c2 servers, of all malicious and of all benign servers.

    Each group has the number of servers and, for each detector, how many it assessed and how many
    of these it calls malicious, with the share and its 95 % interval over resampled captures, None
    for a family, which are few captures. The detectors whose
    probabilities are of rows they were trained on are named. Beside it are the shares at thresholds
    that were set on other servers. Raises ``ModelError``.
    """
    scored = scored_rows(models)
    rows = scored.with_columns(pl.col(name) >= threshold_of(models, name) for name in COLUMNS)
    draws = Draws.of(rows["capture"].to_numpy().astype(np.str_), RESAMPLES)
    malicious = pl.col("label") == 1
    families = {
        family: counts(rows, malicious & (pl.col("family") == family))
        for family in rows.filter(malicious)["family"].drop_nulls().unique().sort()
    }
    return {
        "families": families,
        "malicious": counts(rows, malicious, draws),
        "c2": counts(rows, malicious & (pl.col("role") == "c2"), draws),
        "benign": counts(rows, pl.col("label") == 0, draws),
        "mean_recall_by_family": {column: _mean_share(families, column) for column in COLUMNS},
        "measured_on_training_rows": measured_on_training_rows(models),
        "at_held_out_thresholds": {
            name: _rounded(shares(scored, name)) for name in _SET_BY_FALSE_POSITIVES
        },
    }


def _rounded(found: Shares | None) -> dict[str, float] | None:
    return found and {name: round(share, 4) for name, share in found._asdict().items()}


def scored_rows(models: Path) -> pl.DataFrame:
    """Return the rows of ``out_of_fold.read`` with ``final``; raises ``ModelError``."""
    final = out_of_fold.probabilities(models / FOLDER / out_of_fold.FILE, "final")
    return out_of_fold.read(models).join(
        final.select(*out_of_fold.KEY, "final"), on=out_of_fold.KEY, how="left"
    )


def measured_on_training_rows(models: Path) -> list[str]:
    """Return the detectors whose stored scores are optimistic, as their cards say.

    FINAL is one of them where any detector is, as it learns from their scores. Raises
    ``ModelError``.
    """
    seen = [
        name
        for name in COLUMNS
        if read_card(models / name).metrics.get("measured_on") == TRAINING_ROWS
    ]
    return seen if not seen or FOLDER in seen else [*seen, FOLDER]


def threshold_of(models: Path, detector: str) -> float:
    """Return the threshold in a detector's card; raises ``ModelError``."""
    thresholds = read_card(models / detector).thresholds
    if detector in thresholds:
        return thresholds[detector]
    if len(thresholds) == 1:
        return next(iter(thresholds.values()))
    raise ModelError(
        f"{models / detector}: the card names no threshold of {detector}; "
        f"{retrain(models / detector)}"
    )


def counts(rows: pl.DataFrame, group: pl.Expr, draws: Draws | None = None) -> dict[str, Any]:
    """Return how many servers a group of rows has and how many each detector calls malicious.

    Intervals are those of ``draws`` of all rows.
    """
    inside = rows.select(group.fill_null(value=False)).to_series()
    return {
        "servers": int(inside.sum()),
        **{name: _count(rows[name], inside, draws) for name in COLUMNS},
    }


def _count(flagged: pl.Series, inside: pl.Series, draws: Draws | None) -> dict[str, Any]:
    assessed = (inside & flagged.is_not_null()).to_numpy()
    called = flagged.fill_null(value=False).to_numpy()
    found = drawn_share(called, assessed, draws)
    return {
        "malicious": found["count"],
        "assessed": found["of"],
        "share": found["share"],
        "interval": found["interval"],
    }


def _mean_share(families: Mapping[str, Mapping[str, Any]], column: str) -> float | None:
    """Return the mean over families of the share called malicious, which no big family rules."""
    shares = [family[column]["share"] for family in families.values()]
    known = [share for share in shares if share is not None]
    return round(sum(known) / len(known), 4) if known else None


def table(figures: Mapping[str, Any]) -> str:
    """Return the figures as text of at most 80 columns."""
    heading = "".join(f"{_HEADINGS[name]:>9}" for name in COLUMNS)
    lines = [
        *_title(figures["measured_on_training_rows"]),
        "",
        f"{'malicious family':<28}{'servers':>9}{heading}",
        *(_line(family, group) for family, group in figures["families"].items()),
        "",
        *_group("all malicious servers", figures["malicious"]),
        *_group("command and control (c2) only", figures["c2"]),
        *_group("benign servers (false positives)", figures["benign"]),
        "intervals are over captures drawn again, since servers of one capture are alike",
        "",
        "mean over the families of the share called malicious:",
        *(
            f"  {_HEADINGS[name]:<9}{_percent(figures['mean_recall_by_family'][name])}"
            for name in COLUMNS
        ),
        *_at_held_out_thresholds(figures["at_held_out_thresholds"]),
    ]
    return "\n".join(lines) + "\n"


def _at_held_out_thresholds(found: Mapping[str, Mapping[str, float] | None]) -> list[str]:
    lines = [
        f"  {_HEADINGS[name]:<9}{_percent(each['malicious'])} of malicious servers, "
        f"{100 * each['benign']:.2f} % of benign ones"
        for name, each in found.items()
        if each
    ]
    title = "at thresholds for 1 % false positives that were set on other servers:"
    return [title, *lines] if lines else []


def _title(seen: Sequence[str]) -> list[str]:
    """Return what was measured; ``seen`` are the detectors that were trained on these rows."""
    if not seen:
        return ["servers called malicious, by models that saw neither the capture nor the family"]
    names = ", ".join(_HEADINGS[name] for name in seen)
    return [
        "servers called malicious, on training rows (optimistic): too few families or",
        f"captures to hold any out for {names}",
    ]


def _line(name: str, group: Mapping[str, Any]) -> str:
    cells = "".join(f"{_cell(group[column], group['servers']):>9}" for column in COLUMNS)
    return f"{name[:28]:<28}{group['servers']:>9}{cells}"


def _cell(count: Mapping[str, Any], servers: int) -> str:
    """Return how many are called malicious, "of" how many if not all were assessed."""
    if count["assessed"] == servers:
        return str(count["malicious"])
    return f"{count['malicious']} of {count['assessed']}" if count["assessed"] else "-"


def _group(name: str, group: Mapping[str, Any]) -> list[str]:
    lines = [f"{name}: {group['servers']}"]
    for column in COLUMNS:
        count = group[column]
        lines.append(
            f"  {_HEADINGS[column]:<9}{count['malicious']:>5} of {count['assessed']:<5}"
            f"{_percent(count['share']):>8}{_interval(count['interval'])}"
        )
    return [*lines, ""]


def _interval(bounds: Sequence[float] | None) -> str:
    if bounds is None:
        return ""
    low, high = map(_percent, bounds)
    return f"  (95 % interval {low} to {high})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def as_json(figures: Mapping[str, Any]) -> str:
    """Return the figures as JSON text."""
    return json.dumps(figures, indent=1, ensure_ascii=False) + "\n"


def main(argv: Sequence[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="verdict.evaluate",
        description=(__doc__ or "").partition("\n")[0],
        epilog="example: python -m verdict.evaluate --json",
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the trained models")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(argv)
    try:
        figures = evaluate(arguments.models)
    except ModelError as error:
        print(error, file=sys.stderr)
        return MODEL_BROKEN
    sys.stdout.write(as_json(figures) if arguments.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
