"""Labelled captures from a manifest (one row a file) and its servers (one row a TLS server)."""

from __future__ import annotations

import csv
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from training.progress import warn

Kind = Literal["capture", "logs", "table"]
Server = tuple[str, int | None]
_PORT: Final = re.compile(r"[0-9]{1,5}")
_HIGHEST_PORT: Final = 65535
_SHOWN: Final = 3


class ManifestError(ValueError):
    """A manifest that cannot be used; the message names the file and row."""


@dataclass(frozen=True)
class ServerLabel:
    """What a TLS server of one capture is known to be; ``role`` is c2, payload, relay or empty."""

    malicious: bool
    family: str
    role: str


@dataclass(frozen=True)
class LabelledInput:
    """One capture, folder of Zeek logs or table of TLS records, and its labelled TLS servers.

    ``path`` as it stands in the manifest is the input's name, with ``/`` written as ``__``.
    """

    name: str
    location: Path
    kind: Kind
    servers: Mapping[Server, ServerLabel]

    def label_of(self, address: str, port: int) -> ServerLabel | None:
        """Return the label of a server; one that the table gives without a port holds for all."""
        return self.servers.get((address, port)) or self.servers.get((address, None))


def read_labelled(manifest: Path, servers: Path | None = None) -> list[LabelledInput]:
    """Return the inputs that have labelled servers, in order of name.

    Files are found relative to the manifest's folder. Without ``servers`` the file ``servers.csv``
    beside the manifest is read. Labels other than malicious and benign are no labels; a warning
    counts the rows that have such, and those of inputs that the manifest lacks. Raises
    ``ManifestError`` when a table cannot be read, lacks a column or has no address or port where
    one must be, and for a server that is both.
    """
    table = servers or manifest.parent / "servers.csv"
    known = {row["path"] for row in _rows(manifest, ("path",)) if row["path"]}
    labelled, others = _labelled_rows(table)
    _warn_of_rows(table, others, "label", "neither malicious nor benign")
    unknown = [row for _, row in labelled if row["path"] not in known]
    _warn_of_rows(table, unknown, "path", "of no input in the manifest")
    by_path: dict[str, dict[Server, ServerLabel]] = {}
    for place, row in labelled:
        if row["path"] in known:
            _add_label(by_path.setdefault(row["path"], {}), row, place)
    return [_labelled(manifest.parent, path, by_path[path]) for path in sorted(by_path)]


def label_in(row: Mapping[str, str | None]) -> str:
    """Return the label of a row in lower case, empty without one."""
    return (row.get("label") or "").strip().lower()


def canonical_address(text: str, place: str) -> str:
    """Return an IP address as the logs write it; raises ``ManifestError`` naming its place."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ManifestError(f"{place}: server_ip {text!r} is no IP address") from None


def _labelled_rows(path: Path) -> tuple[list[tuple[str, dict[str, str]]], list[dict[str, str]]]:
    """Return the rows with a label, each with its place and in canonical form, and the others."""
    columns = ("path", "server_ip", "server_port", "label", "role", "family")
    labelled, others = [], []
    for number, row in enumerate(_rows(path, columns), start=2):
        label = label_in(row)
        if label in ("malicious", "benign"):
            place = f"{path}, row {number}"
            labelled.append((place, {**_checked(row, place), "label": label}))
        else:
            others.append(row)
    return labelled, others


def _checked(row: dict[str, str], place: str) -> dict[str, str]:
    if None in row.values():
        raise ManifestError(f"{place}: fewer fields than columns")
    port = row["server_port"].strip()
    if port and not (_PORT.fullmatch(port) and int(port) <= _HIGHEST_PORT):
        raise ManifestError(f"{place}: server_port is not a number up to {_HIGHEST_PORT}")
    address = canonical_address(row["server_ip"], place)
    return {**row, "server_ip": address, "server_port": port}


def _add_label(labels: dict[Server, ServerLabel], row: Mapping[str, str], place: str) -> None:
    server = (row["server_ip"], int(row["server_port"]) if row["server_port"] else None)
    label = ServerLabel(row["label"] == "malicious", row["family"], row["role"])
    if labels.setdefault(server, label).malicious != label.malicious:
        raise ManifestError(f"{place}: an earlier row calls the same server the opposite")
    labels[server] = label


def _warn_of_rows(
    table: Path, rows: Sequence[Mapping[str, str]], column: str, problem: str
) -> None:
    """Count rows that are left out, and show what the first of them have in a column."""
    if rows:
        found = list(dict.fromkeys(row[column] or "(empty)" for row in rows))
        shown = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
        count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
        warn(f"{table}: {count} left out, {problem}: {shown}")


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise ManifestError(f"{path}: no column {', '.join(sorted(missing))}")
            return list(reader)
    except OSError as error:
        raise ManifestError(f"{path}: {(error.strerror or 'unreadable').lower()}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path}: no CSV in UTF-8 ({error})") from None


def _labelled(root: Path, path: str, servers: Mapping[Server, ServerLabel]) -> LabelledInput:
    location, kind = _kind(root / path)
    return LabelledInput(path.replace("/", "__"), location, kind, servers)


def _kind(path: Path) -> tuple[Path, Kind]:
    if path.name == "ssl.log":
        return path.parent, "logs"
    if path.name.endswith((".csv", ".csv.gz")):
        return path, "table"
    return path, "capture"
