"""A trained model takes the place of a former one as a whole, once all of it is written."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from models.card import CARD


@contextlib.contextmanager
def replacing_model(folder: Path) -> Iterator[Path]:
    """Give an empty folder of the same name to write to, which then takes the model's place.

    What fails or is stopped leaves the former model as it was. Files that are no part of it, as its
    card tells, stay in the folder.
    """
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    # Beside the former one, since only within a file system a folder is moved at once.
    around = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=place.parent))
    try:
        part = around / folder.name
        part.mkdir()
        if place.exists():
            shutil.copymode(place, part)
        yield part
        _copy_others(place, part)
        _exchange(place, part, around / "former")
    finally:
        shutil.rmtree(around, ignore_errors=True)


def _copy_others(place: Path, part: Path) -> None:
    """Copy what is in the former folder, but is neither of its model nor of the new one."""
    known = {CARD, *_files_of(place), *(path.name for path in part.iterdir())}
    for path in sorted(place.iterdir()) if place.is_dir() else []:
        if path.name in known:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, part / path.name, symlinks=True)
        else:
            shutil.copy2(path, part / path.name, follow_symlinks=False)


def _files_of(place: Path) -> list[str]:
    """Return the files that a card names; without a readable card the model has none."""
    try:
        return list(json.loads((place / CARD).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []


def _exchange(place: Path, part: Path, former: Path) -> None:
    try:
        if place.exists():
            place.rename(former)
        part.rename(place)
    except BaseException:  # Ctrl-C between the two leaves no model otherwise
        if former.exists() and not place.exists():
            former.rename(place)
        raise
