"""Which conversations are good examples, which bad ones, and which none at all."""

from __future__ import annotations

import contextlib
import csv
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from capture.errors import UnreadableInputError
from module4.features import conversation_table, conversations_of_capture
from module4.templates import Templates
from training.manifest import (
    LabelledInput,
    ManifestError,
    ServerLabel,
    canonical_address,
    label_in,
    read_labelled,
)
from training.progress import tracked, warn

_BENIGN: Final = "benign"
_AMBIGUOUS: Final = ServerLabel(malicious=False, family="", role="ambiguous")


class Examples(NamedTuple):
    """Conversations with ``ORIGIN``, a table a capture."""

    good: list[pl.DataFrame]
    bad: list[pl.DataFrame]


class _Origin(NamedTuple):
    """What a conversation is an example of; none without a label."""

    label: int | None
    family: str | None
    role: str | None
    server: str


def examples_of_manifest(manifest: Path, servers: Path | None, templates: Templates) -> Examples:
    """Return the examples of the labelled captures; logs and tables hold no packets.

    A conversation with a malicious server is bad, one with a benign server good, also that of an
    infected host, one with an ambiguous server is none. Where the manifest labels a whole capture
    benign, its other conversations are good; in all other captures they are none.
    """
    labelled = [each for each in read_labelled(manifest, servers) if each.kind == "capture"]
    ambiguous = _ambiguous(servers or manifest.parent / "servers.csv")
    harmless = _harmless(manifest)
    found = Examples([], [])
    for capture in tracked(labelled, "module4"):
        table = _table(capture.location, templates)
        if table is not None:
            by_server = {address: label for (address, _), label in capture.servers.items()}
            by_server |= dict.fromkeys(ambiguous.get(capture.name, ()), _AMBIGUOUS)
            by_server |= _malicious(capture)
            _add(found, table, capture.name, by_server, capture.name in harmless)
    return found


def examples_of_captures(
    paths: Sequence[Path], *, malicious: bool, templates: Templates
) -> list[pl.DataFrame]:
    """Return every conversation of the captures at or below the paths; raises if there is none.

    Its family is the capture, as that of a folder of logs is the folder.
    """
    from capture.discover import find_inputs

    captures = [each.path for each in find_inputs(paths) if each.kind == "capture"]
    if not captures:
        raise UnreadableInputError(f"no capture in {', '.join(map(str, paths))}")
    tables = []
    for path in tracked(captures, "module4"):
        table = _table(path, templates)
        if table is not None:
            family = path.name if malicious else None
            servers = [_server(*pair) for pair in _pairs(table)]
            origins = [_Origin(int(malicious), family, None, server) for server in servers]
            tables.append(_with_origin(table, path.name, origins))
    return tables


def _table(path: Path, templates: Templates) -> pl.DataFrame | None:
    """Return the conversations of a capture, None after a warning that it cannot be read."""
    try:
        found = conversations_of_capture(path, templates)
    except UnreadableInputError as error:
        warn(str(error))
        return None
    return conversation_table(found.conversations, templates)


def _add(
    found: Examples,
    table: pl.DataFrame,
    capture: str,
    by_server: dict[str, ServerLabel],
    harmless: bool,
) -> None:
    origins = [_origin(pair, by_server, harmless) for pair in _pairs(table)]
    rows = _with_origin(table, capture, origins)
    found.good.append(rows.filter(pl.col("label") == 0))
    found.bad.append(rows.filter(pl.col("label") == 1))


def _origin(pair: tuple[str, str], by_server: dict[str, ServerLabel], harmless: bool) -> _Origin:
    known = [(address, by_server[address]) for address in pair if address in by_server]
    if not known:
        return _Origin(0 if harmless else None, None, None, _server(*pair))
    server, label = max(known, key=lambda item: (item[1].malicious, item[1] == _AMBIGUOUS))
    if label.malicious:
        return _Origin(1, label.family, label.role, server)
    return _Origin(None if label == _AMBIGUOUS else 0, None, None, server)


def _server(first: str, second: str) -> str:
    """Return the address that others may know too: a public one if there is one."""
    return first if ipaddress.ip_address(first).is_global else second


def _pairs(table: pl.DataFrame) -> list[tuple[str, str]]:
    return table.select("first_address", "second_address").rows()


def _with_origin(table: pl.DataFrame, capture: str, origins: Sequence[_Origin]) -> pl.DataFrame:
    schema = {"label": pl.Int64, "family": pl.String, "role": pl.String, "server": pl.String}
    origin = pl.DataFrame(origins, schema=schema, orient="row")
    return table.hstack(origin).with_columns(capture=pl.lit(capture))


def _malicious(capture: LabelledInput) -> dict[str, ServerLabel]:
    """Return malicious servers: an address of which one port is malicious counts as malicious."""
    return {address: each for (address, _), each in capture.servers.items() if each.malicious}


def _ambiguous(servers: Path) -> dict[str, set[str]]:
    """Return by capture the addresses whose label is neither malicious nor benign."""
    found: dict[str, set[str]] = {}
    for number, row in enumerate(_rows(servers), start=2):
        if label_in(row) not in ("malicious", _BENIGN):
            name = (row.get("path") or "").replace("/", "__")
            with contextlib.suppress(ManifestError):  # no label and no address say nothing
                address = canonical_address(row.get("server_ip") or "", f"{servers}, row {number}")
                found.setdefault(name, set()).add(address)
    return found


def _harmless(manifest: Path) -> set[str]:
    """Return the names of the captures that the manifest labels benign as a whole."""
    benign = (row for row in _rows(manifest) if label_in(row) == _BENIGN)
    return {(row.get("path") or "").replace("/", "__") for row in benign}


def _rows(path: Path) -> list[dict[str, str | None]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            return list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path}: no CSV in UTF-8 ({error})") from None
