"""How good the models of attack classes are, on rows that they were not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from models.card import MODELS, read_card
from module3.classes import BENIGN, CLASSES
from module3.detect import FOLDER, NOT_ASSESSED, Classifier, load
from module3.figures import Named, figures, table
from module3.model_columns import BASE, matrix
from module3.public_tables import LABEL, read_flows
from module3.training_rows import DATA, SOURCE, TABLE, held_back, read_training_rows

_MODELS: Final = {"random_forest": "random forest", "gbdt": "gbdt"}
_DECIMALS: Final = 4


def measured(classifier: Classifier, rows: pl.DataFrame) -> dict[str, Any]:
    """Return the figures of both models on labelled rows, and of what the product says of them."""
    values, true = matrix(rows), rows[LABEL].to_list()
    names = np.array(CLASSES)
    shares = {
        "random_forest": classifier.forest_probabilities(values),
        "gbdt": classifier.boosted_probabilities(values),
    }
    found: dict[str, Any] = {
        model: figures(Named(true, names[share.argmax(axis=1)].tolist()))
        for model, share in shares.items()
    }
    called, _ = classifier.by_models(values)
    return found | {"in_service": _in_service(np.array(true), np.array(called))}


def _in_service(true: Any, called: Any) -> dict[str, Any]:
    """Return how much is refused, and how much of what is said is right, by class."""
    said, attack = called != NOT_ASSESSED, (called != NOT_ASSESSED) & (called != BENIGN)
    right = called == true
    return {
        "rows": len(true),
        "not_assessed": _share(~said),
        "right_of_assessed": _share(right[said]),
        "called_attacks": int(attack.sum()),
        "right_of_called_attacks": _share(right[attack]),
        "benign_called_attacks": int((attack & (true == BENIGN)).sum()),
        "not_assessed_by_class": {
            name: _share(~said[true == name]) for name in CLASSES if (true == name).any()
        },
    }


def _share(marks: Any) -> float | None:
    return round(float(np.mean(marks)), _DECIMALS) if len(marks) else None


def evaluate(models: Path = MODELS, file: Path | None = None) -> dict[str, Any]:
    """Return figures by source, of the rows of the shipped table that were held back, or of a file.

    Of a file all labelled rows count but those that the models were trained on. Figures across
    sources are those that training left in the card. Raises ``TableError`` and ``ModelError``.
    """
    classifier = load(models)
    rows = read_training_rows(DATA / TABLE)
    held = held_back(rows)
    if file is None:
        parts = {
            str(name): part
            for (name,), part in rows.filter(held).group_by(SOURCE, maintain_order=True)
        }
        across = read_card(models / FOLDER).metrics["across_sources"]
    else:
        parts, across = {file.name: _unseen(read_flows(file), rows.filter(~held))}, {}
    by_source = {name: measured(classifier, part) for name, part in parts.items()}
    return {"by_source": by_source, "across_sources": across}


def _unseen(rows: pl.DataFrame, training: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct rows that are not among those of the training, whatever their label."""
    distinct = rows.unique([LABEL, *BASE], keep="first", maintain_order=True)
    return distinct.join(
        training, on=list(BASE), how="anti", nulls_equal=True, maintain_order="left"
    )


def text(found: Mapping[str, Any]) -> str:
    """Return the figures as text, tables in the form of the classification report."""
    parts = []
    for source, figures_ in found["by_source"].items():
        for model, name in _MODELS.items():
            parts.append(
                f"{name}, {source}, rows held back from training\n{table(figures_[model])}"
            )
        parts.append(_service_text(source, figures_["in_service"]))
    for name, figures_ in found["across_sources"].items():
        for model, shown in _MODELS.items():
            parts.append(f"{shown}, {name}\n{table(figures_[model])}")
        parts.append(_service_text(name, figures_["in_service"]))
    return "\n\n".join(parts) + "\n"


def _service_text(source: str, figures_: Mapping[str, Any]) -> str:
    return (
        f"as shown by detect, {source}: {_percent(figures_['not_assessed'])} NOT ASSESSED, "
        f"{_percent(figures_['right_of_assessed'])} of the others right;\n"
        f"{figures_['called_attacks']:,} called an attack, of these "
        f"{_percent(figures_['right_of_called_attacks'])} by the right name, "
        f"{figures_['benign_called_attacks']} benign"
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
