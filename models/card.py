"""The card of a model folder: what the model is, how good it is, and a digest of each file.

A model is only used when every file matches its card, and its features match the code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from models.errors import ModelError

CARD: Final = "card.json"
REPOSITORY: Final = Path(__file__).resolve().parent.parent
MODELS: Final = REPOSITORY / "models"
TRAINING_ROWS: Final = "training rows"
"""What a card says its figures are measured on where nothing could be held out."""


@dataclass(frozen=True)
class Card:
    """What a model folder holds.

    ``features`` are the columns in the order the model reads them; ``files`` and ``training_data``
    map a file name (relative to the folder, and to the repository) to its sha256; ``metrics`` hold
    figures with their intervals and the number of positives.
    """

    module: str
    description: str
    features: tuple[str, ...]
    feature_schema: str
    thresholds: Mapping[str, float]
    metrics: Mapping[str, Any]
    libraries: Mapping[str, str]
    files: Mapping[str, str]
    training_data: Mapping[str, str]


def digest(path: Path) -> str:
    """Return the sha256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def schema_hash(features: Sequence[str]) -> str:
    """Return the sha256 over the feature names in order."""
    return hashlib.sha256("\n".join(features).encode()).hexdigest()


def library_versions(names: Sequence[str]) -> dict[str, str]:
    """Return the installed version of each distribution."""
    from importlib.metadata import version  # loads slowly, and only training needs it

    return {name: version(name) for name in sorted(names)}


def write_card(
    folder: Path,
    *,
    description: str,
    features: Sequence[str],
    thresholds: Mapping[str, float],
    metrics: Mapping[str, Any],
    libraries: Sequence[str],
    training_data: Sequence[Path],
) -> Card:
    """Describe every file of the folder in ``card.json`` and return the card.

    Training data below the repository are named relative to it, others by file name alone, or with
    their folder's name where that is needed to tell them apart.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != CARD)
    card = Card(
        module=folder.name,
        description=description,
        features=tuple(features),
        feature_schema=schema_hash(features),
        thresholds=dict(thresholds),
        metrics=dict(metrics),
        libraries=library_versions(libraries),
        files={path.name: digest(path) for path in files},
        training_data=_digests(training_data),
    )
    text = json.dumps(asdict(card), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")
    return card


def read_card(folder: Path, features: Sequence[str] | None = None) -> Card:
    """Return the card of a folder after checking each file against it.

    Raises ``ModelError`` when the card or a file is missing or changed, or when ``features`` (the
    columns the code makes) are not the ones that the model was trained on.
    """
    card = _parse_card(folder)
    for name, expected in card.files.items():
        _check_file(folder / name, expected)
    if features is not None and schema_hash(features) != card.feature_schema:
        raise ModelError(
            f"{folder}: the model was trained on other features than this version computes; "
            f"{retrain(folder)}"
        )
    return card


def _parse_card(folder: Path) -> Card:
    path = folder / CARD
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        card = Card(**{**content, "features": tuple(content["features"])})
        _check_entries(card)
        return card
    except FileNotFoundError:
        raise ModelError(f"{path}: no such model card; {retrain(folder)}") from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelError(f"{path}: unreadable model card ({error}); {retrain(folder)}") from None


def _check_entries(card: Card) -> None:
    """Raise ValueError unless the card agrees with itself and names files of its own folder."""
    if schema_hash(card.features) != card.feature_schema:
        raise ValueError("its features do not match their hash")
    if not isinstance(card.files, dict) or not card.files:
        raise ValueError("it lists no files")
    for name, expected in card.files.items():
        if not isinstance(expected, str) or Path(name).name != name:
            raise ValueError("an entry of its files is not a name and a sha256")


def _check_file(path: Path, expected: str) -> None:
    try:
        found = digest(path)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ModelError(f"{path}: {reason.lower()}; {retrain(path.parent)}") from None
    except ValueError:  # a zero byte, or half of a surrogate pair
        raise ModelError(f"{str(path)!a}: no name of a file; {retrain(path.parent)}") from None
    if found != expected:
        raise ModelError(
            f"{path}: differs from its card (sha256 {found[:12]}…, expected {expected[:12]}…); "
            f"restore the file or {retrain(path.parent)}"
        )


def retrain(folder: Path) -> str:
    """Return what to do about a model folder that cannot be used."""
    place = "" if folder.parent == MODELS else f" --models {folder.parent}"
    return f"train again with: python project.py train {folder.name}{place}"


def _digests(paths: Sequence[Path]) -> dict[str, str]:
    names = [_public_name(path) for path in paths]
    told_apart = [
        name if names.count(name) == 1 else f"{path.resolve().parent.name}/{path.name}"
        for path, name in zip(paths, names, strict=True)
    ]
    return dict(sorted((name, digest(path)) for path, name in zip(paths, told_apart, strict=True)))


def _public_name(path: Path) -> str:
    resolved = path.resolve()
    if resolved.is_relative_to(REPOSITORY):
        return resolved.relative_to(REPOSITORY).as_posix()
    return path.name
