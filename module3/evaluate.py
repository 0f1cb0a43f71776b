"""How good the models of attack classes are, on rows that they were not trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from models.card import MODELS, read_card, retrain
from models.errors import ModelError
from module3.classes import BENIGN, CLASSES
from module3.detect import FOLDER, NOT_ASSESSED, Classifier, load
from module3.figures import Named, figures, table
from module3.model_columns import BASE, matrix
from module3.public_tables import LABEL, read_flows
from module3.training_rows import DATA, SOURCE, TABLE, read_training_rows
from training.progress import warn
from training.tables import TableError, read_table

_MODELS: Final = {"random_forest": "random forest", "gbdt": "gbdt"}
IN_SERVICE: Final = "in_service"
OUT_OF_FOLD: Final = "out_of_fold.csv.gz"
OUT_OF_FOLD_SCHEMA: Final = dict.fromkeys((SOURCE, LABEL, *_MODELS, IN_SERVICE), pl.String())
_DECIMALS: Final = 4
_HELD_BACK: Final = "rows held back from training"
_OF_A_FILE: Final = "rows that were not trained on"


def said_by(classifier: Classifier, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the label of each row, its class by either model, and what the product says of it."""
    values, names = matrix(rows), np.array(CLASSES)
    forest = classifier.forest_probabilities(values).argmax(axis=1)
    boosted = classifier.boosted_probabilities(values).argmax(axis=1)
    called, _ = classifier.by_models(values)
    models = zip(_MODELS, (forest, boosted), strict=True)
    said = {name: names[kinds].tolist() for name, kinds in models} | {IN_SERVICE: called}
    return rows.select(LABEL).hstack(pl.DataFrame(said, dict.fromkeys(said, pl.String())))


def measured(said: pl.DataFrame) -> dict[str, Any]:
    """Return the figures of both models and of the product, of rows as ``said_by`` gives them."""
    true = said[LABEL].to_list()
    found: dict[str, Any] = {
        model: figures(Named(true, said[model].to_list())) for model in _MODELS
    }
    return found | {IN_SERVICE: _in_service(said[LABEL].to_numpy(), said[IN_SERVICE].to_numpy())}


def measured_by_source(said: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the figures of the rows of each source, as ``OUT_OF_FOLD_SCHEMA``."""
    parts = said.sort(SOURCE, maintain_order=True).group_by(SOURCE, maintain_order=True)
    return {str(name): measured(part) for (name,), part in parts}


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


def evaluate(
    models: Path = MODELS, file: Path | None = None, on_warning: Callable[[str], None] = warn
) -> dict[str, Any]:
    """Return figures by source, of the rows that training held back, or of a file.

    What was said of rows held back, and figures across sources, are what training left beside the
    models. Of a file all labelled rows count but those that the models were trained on; others are
    warned of. Raises ``TableError``, also when no row is left, and ``ModelError``.
    """
    if file is None:
        across = read_card(models / FOLDER).metrics["across_sources"]
        by_source = measured_by_source(_out_of_fold(models))
        return {"measured_on": _HELD_BACK, "by_source": by_source, "across_sources": across}
    unseen = _unseen(read_flows(file, on_warning), read_training_rows(DATA / TABLE))
    if unseen.is_empty():
        raise TableError(f"{file}: the models were trained on all of its rows; give others")
    by_source = {file.name: measured(said_by(load(models), unseen))}
    return {"measured_on": _OF_A_FILE, "by_source": by_source, "across_sources": {}}


def _out_of_fold(models: Path) -> pl.DataFrame:
    path = models / FOLDER / OUT_OF_FOLD
    if not path.is_file():
        raise ModelError(f"{path}: not there; {retrain(models / FOLDER)}")
    try:
        return read_table(path, OUT_OF_FOLD_SCHEMA)
    except TableError as error:
        raise ModelError(f"{error}; {retrain(models / FOLDER)}") from None


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
            heading = f"{name}, {source}, {found['measured_on']}"
            parts.append(f"{heading}\n{table(figures_[model])}")
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
