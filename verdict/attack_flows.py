"""The flows of captures with their attack classes, and which of them belong to a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.card import MODELS
from module3.classes import BENIGN
from module3.detect import FOLDER, NOT_ASSESSED, Classifier, by_repetition, load
from verdict.attack_class import LISTED, AttackClasses, AttackFlow, verdict_of
from verdict.document import Document, Target

_ORDER: Final = ("Timestamp", "Src IP", "Src Port", "Dst IP", "Dst Port", "Protocol")
_SIDES: Final = {"client": "Src IP", "server": "Dst IP"}
_NO_FLOWS: Final = AttackClasses(NOT_ASSESSED, (), {})
_SHOWN: Final = (*_ORDER, "Flow Duration", "class", "probability", "basis", "evidence")


def load_classifier(folder: Path = MODELS) -> Classifier | None:
    """Return the models of module 3, None in a folder without them; raises ``ModelError``."""
    return load(folder) if (folder / FOLDER).is_dir() else None


def classified_flows(parts: Sequence[pl.DataFrame]) -> pl.DataFrame | None:
    """Return the flows of all captures together with their classes, None without a capture.

    ``parts`` are the flows of each as ``module3.flow_classes`` gives them.
    """
    if not parts:
        return None
    flows = pl.concat(parts)
    said = flows.drop("class", "probability").hstack(by_repetition(flows))
    return said.select(_SHOWN).sort(_ORDER)


def with_attack_classes(document: Document, flows: pl.DataFrame | None) -> Document:
    """Return the document with the attack classes of each target's flows, and of all flows."""
    if flows is None:
        return document
    by_role = {
        role: _classes_by_address(_of_targets(flows, document, role), side)
        for role, side in _SIDES.items()
    }
    targets = (_with_classes(target, by_role[target.role]) for target in document.targets)
    return replace(document, targets=tuple(targets), attack_classes=attack_classes(flows))


def attack_classes(flows: pl.DataFrame) -> AttackClasses:
    """Return the classes of some classified flows."""
    counted = flows.group_by("class").len().sort("class")
    counts = dict(zip(counted["class"].to_list(), counted["len"].to_list(), strict=True))
    listed = tuple(map(_attack_flow, _attacks(flows).head(LISTED).iter_rows(named=True)))
    return AttackClasses(verdict_of(counts), listed, counts)


def _of_targets(flows: pl.DataFrame, document: Document, role: str) -> pl.DataFrame:
    """Return the flows of the targets in a role; a scan has flows with very many others."""
    addresses = [target.ip for target in document.targets if target.role == role]
    return flows.filter(pl.col(_SIDES[role]).is_in(addresses))


def _classes_by_address(flows: pl.DataFrame, side: str) -> dict[str, AttackClasses]:
    """Return the classes of the flows of each address on one side."""
    counts: dict[str, dict[str, int]] = {}
    counted = flows.group_by(side, "class").len().sort(side, "class")
    for address, name, count in counted.iter_rows():
        counts.setdefault(address, {})[name] = count
    listed: dict[str, list[AttackFlow]] = {}
    first = _attacks(flows).group_by(side, maintain_order=True).head(LISTED)
    for row in first.iter_rows(named=True):
        listed.setdefault(row[side], []).append(_attack_flow(row))
    return {
        address: AttackClasses(verdict_of(own), tuple(listed.get(address, ())), own)
        for address, own in counts.items()
    }


def _attacks(flows: pl.DataFrame) -> pl.DataFrame:
    return flows.filter(~pl.col("class").is_in([BENIGN, NOT_ASSESSED]))


def _with_classes(target: Target, classes: Mapping[str, AttackClasses]) -> Target:
    own = classes.get(target.ip, _NO_FLOWS)
    return replace(target, detectors=replace(target.detectors, attack_class=own))


def _attack_flow(row: dict[str, Any]) -> AttackFlow:
    return AttackFlow(
        ts=row["Timestamp"].replace(tzinfo=UTC).timestamp(),
        duration=row["Flow Duration"],
        client=row["Src IP"],
        client_port=row["Src Port"],
        server=row["Dst IP"],
        server_port=row["Dst Port"],
        proto=row["Protocol"],
        attack_class=row["class"],
        probability=row["probability"],
        basis=row["basis"],
        evidence=row["evidence"],
    )
