"""The dataset folder: ``Malicious/<name>/bro`` and ``Normal/<name>/bro`` with Zeek logs.

``IPadr.txt`` beside the logs names the addresses that are labelled.
"""

from __future__ import annotations

import ipaddress
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.card import REPOSITORY

DATASET: Final = REPOSITORY / "module2" / "dataset"
SIDES: Final = ("Malicious", "Normal")
ADDRESS_LIST: Final = "IPadr.txt"
LABELLED_CONN: Final = "conn_label.log"


class DatasetError(ValueError):
    """A dataset folder that cannot be used; the message says where and what to do."""


@dataclass(frozen=True)
class DatasetFolder:
    """One labelled capture: its name, its side of the data set, and its folder of logs."""

    name: str
    side: str
    logs: Path

    @property
    def folder(self) -> Path:
        """The folder that holds the log folder, and captures beside it."""
        return self.logs.parent

    @property
    def capture(self) -> str:
        """What its rows are of, for folds that keep a capture on one side."""
        return f"{self.side}__{self.name}"

    @property
    def data(self) -> Path:
        """The data set that it is part of."""
        return self.folder.parent.parent


@dataclass(frozen=True)
class AddressList:
    """What ``IPadr.txt`` says: a label, Malicious or Normal, and the addresses it holds for."""

    label: str
    addresses: frozenset[str]


def command(step: str, data: Path) -> str:
    """Return the command line of a step of retraining, as ``label module2``, for a data set."""
    place = "" if data.resolve() == DATASET else f" --data {shlex.quote(str(data))}"
    return f"python project.py {step}{place}"


def dataset_folders(data: Path) -> list[DatasetFolder]:
    """Return the labelled captures of a data set, by side and name.

    Raises ``DatasetError`` when there are none.
    """
    found = [
        DatasetFolder(folder.name, side, folder / "bro")
        for side in SIDES
        if (data / side).is_dir()
        for folder in sorted((data / side).iterdir())
        if folder.is_dir()
    ]
    if not found:
        raise DatasetError(
            f"{data}: no Malicious/<name>/bro or Normal/<name>/bro in it; put labelled logs there"
        )
    return found


def read_address_list(path: Path) -> AddressList:
    """Return the addresses of an ``IPadr.txt`` in canonical form.

    Raises ``DatasetError`` naming the line that is neither label nor address.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read ({_reason(error)})") from None
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    label = lines[0][1].capitalize() if lines else ""
    if label not in SIDES:
        raise DatasetError(f"{path}: its first line must be Malicious or Normal")
    return AddressList(label, frozenset(_address(path, *line) for line in lines[1:]))


def _address(path: Path, number: int, line: str) -> str:
    try:
        return str(ipaddress.ip_address(line))
    except ValueError:
        raise DatasetError(f"{path}, line {number}: {line!r} is no IP address") from None


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "unreadable").lower() if isinstance(error, OSError) else "not UTF-8"
