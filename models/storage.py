"""Models as files that run no code when read, and are the same bytes for the same model.

The native readers of LightGBM and XGBoost trust their files: check the card (``models.card``)
before a file is loaded.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from models.errors import ModelError

if TYPE_CHECKING:
    import lightgbm
    import xgboost
    from sklearn.ensemble import RandomForestClassifier

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_OBJECT_ID: Final = re.compile(r'(?<="__id__": )\d+|(?<="file": ")\d+(?=\.npy")')
# What skops, numpy and zipfile raise for an archive with changed bytes.
UNREADABLE_ARCHIVE: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
_LIGHTGBM_END: Final = "end of parameters"
# What a random forest of scikit-learn consists of, beyond the types that skops always trusts.
TRUSTED_FOREST_TYPES: Final[Sequence[str]] = ("sklearn.tree._tree.Tree",)


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


def load_lightgbm(path: Path) -> lightgbm.Booster:
    """Return a LightGBM model; raises ``ModelError`` when the file is none."""
    import lightgbm

    try:
        text = path.read_text(encoding="utf-8")
        if _LIGHTGBM_END not in text:
            raise ValueError("cut off")
        return lightgbm.Booster(model_str=text)
    except (OSError, ValueError, lightgbm.basic.LightGBMError) as error:
        raise ModelError(f"{path}: not a LightGBM model ({error})") from None


def save_xgboost(path: Path, booster: xgboost.Booster) -> None:
    """Write an XGBoost model as JSON or UBJ, by the file name's ending."""
    booster.save_model(path)


def load_xgboost(path: Path) -> xgboost.Booster:
    """Return an XGBoost model; raises ``ModelError`` when the file is none."""
    import xgboost

    booster = xgboost.Booster()
    try:
        booster.load_model(path)
    except (xgboost.core.XGBoostError, UnicodeDecodeError):
        raise ModelError(f"{path}: not an XGBoost model") from None
    return booster


def save_forest(path: Path, forest: RandomForestClassifier) -> None:
    """Write a random forest through skops, without memory addresses and times of day."""
    import skops.io

    path.write_bytes(_reproducible(skops.io.dumps(forest)))


def load_forest(path: Path) -> RandomForestClassifier:
    """Return a random forest; raises ``ModelError`` for a file with any untrusted type."""
    import skops.io
    from sklearn.ensemble import RandomForestClassifier

    try:
        forest = skops.io.load(path, trusted=list(TRUSTED_FOREST_TYPES))
    except UNREADABLE_ARCHIVE as error:
        raise ModelError(f"{path}: not a random forest ({error})") from None
    if not isinstance(forest, RandomForestClassifier):
        raise ModelError(f"{path}: not a random forest")
    return forest


def _reproducible(archive: bytes) -> bytes:
    """Return a skops archive with its objects numbered in order of appearance, without times.

    skops names objects, and the files that hold their arrays, by memory address.
    """
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        numbers: dict[str, int] = {}
        schema = _OBJECT_ID.sub(
            lambda match: str(numbers.setdefault(match.group(), len(numbers))),
            source.read("schema.json").decode(),
        )
        _add(target, "schema.json", schema.encode())
        arrays = {name.removesuffix(".npy"): name for name in source.namelist()}
        for address, number in numbers.items():
            if address in arrays:
                _add(target, f"{number}.npy", source.read(arrays[address]))
    return result.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
