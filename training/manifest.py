"""Labelled captures from a manifest (one row a file) and its servers (one row a TLS server)."""

from __future__ import annotations

import csv
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Kind = Literal["capture", "logs", "table"]
Server = tuple[str, int | None]
_PORT: Final = re.compile(r"[0-9]{1,5}")


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
    beside the manifest is read. Labels other than malicious and benign are no labels. Raises
    ``ManifestError`` when a table cannot be read, lacks a column or has no address or port where
    one must be.
    """
    known = {row["path"] for row in _rows(manifest, ("path",)) if row["path"]}
    by_path: dict[str, dict[Server, ServerLabel]] = {}
    for row in _labelled_rows(servers or manifest.parent / "servers.csv"):
        if row["path"] in known:
            server = (row["server_ip"], int(row["server_port"]) if row["server_port"] else None)
            label = ServerLabel(row["label"] == "malicious", row["family"], row["role"])
            by_path.setdefault(row["path"], {})[server] = label
    return [_labelled(manifest.parent, path, by_path[path]) for path in sorted(by_path)]


def canonical_address(text: str, place: str) -> str:
    """Return an IP address as the logs write it; raises ``ManifestError`` naming its place."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ManifestError(f"{place}: server_ip {text!r} is no IP address") from None


def _labelled_rows(path: Path) -> Iterable[dict[str, str]]:
    columns = ("path", "server_ip", "server_port", "label", "role", "family")
    for number, row in enumerate(_rows(path, columns), start=2):
        if row["label"] in ("malicious", "benign"):
            place = f"{path}, row {number}"
            if None in row.values():
                raise ManifestError(f"{place}: fewer fields than columns")
            if row["server_port"] and not _PORT.fullmatch(row["server_port"]):
                raise ManifestError(f"{place}: server_port is not a number")
            yield {**row, "server_ip": canonical_address(row["server_ip"], place)}


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
