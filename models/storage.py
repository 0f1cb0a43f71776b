"""Models as files that run no code when read, and are the same bytes for the same model.

The libraries that train write their own formats; here these are read as ``models.trees``, since
importing the libraries takes longer than a verdict.
"""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

if TYPE_CHECKING:
    import lightgbm
    import xgboost
    from sklearn.ensemble import RandomForestClassifier

    from models.many_classes import ClassForest
    from models.trees import Trees
    from models.xgboost_binary import XGBoostTrees

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
# What numpy and zipfile raise for an archive with changed bytes.
_UNREADABLE_ARCHIVE: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def save_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write encoders and the like as JSON."""
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def load_json(path: Path) -> dict[str, Any]:
    """Return what ``save_json`` wrote; raises ``ModelError`` when the file is unreadable."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not readable as JSON ({error})") from None
    return content


def save_lightgbm(path: Path, booster: lightgbm.Booster) -> None:
    """Write a LightGBM model in its text format."""
    path.write_text(booster.model_to_string(), encoding="utf-8")


def load_lightgbm(path: Path, classes: int = 2) -> Trees:
    """Return the trees of a LightGBM classifier; raises ``ModelError`` when the file is none."""
    from models.lightgbm_text import parse_lightgbm

    try:
        text = path.read_text(encoding="utf-8")
        if classes == 2:
            return parse_lightgbm(text)
        return parse_lightgbm(text, f"multiclass num_class:{classes}")
    except (OSError, ValueError, LookupError) as error:
        raise ModelError(f"{path}: not a LightGBM model ({error})") from None


def save_xgboost(path: Path, booster: xgboost.Booster) -> None:
    """Write an XGBoost model as UBJ."""
    path.write_bytes(booster.save_raw("ubj"))


def load_xgboost(path: Path) -> XGBoostTrees:
    """Return the trees of an XGBoost model; raises ``ModelError`` when the file is none."""
    from models.xgboost_binary import parse_xgboost

    try:
        return parse_xgboost(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: not an XGBoost model ({error})") from None


def save_forest(path: Path, forest: RandomForestClassifier) -> None:
    """Write the trees of a random forest of two classes as arrays."""
    from models.forest import trees_of

    trees = trees_of(forest)
    save_arrays(path, {field.name: getattr(trees, field.name) for field in fields(trees)})


def load_forest(path: Path) -> Trees:
    """Return the trees of a random forest; raises ``ModelError`` when the file is none."""
    from models.trees import Trees

    try:
        return Trees(**load_arrays(path))
    except (TypeError, ValueError) as error:
        raise ModelError(f"{path}: not a random forest ({error})") from None


def save_class_forest(path: Path, forest: RandomForestClassifier) -> None:
    """Write the trees of a random forest of any number of classes as arrays."""
    from models.many_classes import ClassForest

    grown = ClassForest.of(forest)
    arrays = {field.name: getattr(grown.trees, field.name) for field in fields(grown.trees)}
    save_arrays(path, {**arrays, "shares": grown.shares})


def load_class_forest(path: Path) -> ClassForest:
    """Return what ``save_class_forest`` wrote; raises ``ModelError`` when the file is none."""
    from models.many_classes import ClassForest
    from models.trees import Trees

    try:
        arrays = load_arrays(path)
        shares = arrays.pop("shares")
        return ClassForest(Trees(**arrays), shares)
    except (TypeError, ValueError, KeyError) as error:
        raise ModelError(f"{path}: not a random forest ({error})") from None


def save_arrays(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write an ``.npz`` archive; the same arrays give the same bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED)


def load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return what ``save_arrays`` wrote; raises ``ValueError`` when the file is no such archive."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            arrays = dict(archive.items())
    except _UNREADABLE_ARCHIVE as error:
        raise ValueError(str(error)) from None
    # NumPy gives the bytes of a file in the archive that does not begin like an array.
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):
        raise ValueError("something in it is no array")
    return arrays
