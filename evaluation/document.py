"""The document of an evaluation: all figures as plain values, which text, JSON and page render."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

SCHEMA: Final = 1

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "families and captures held out": "Each row is scored by models that saw neither its malware "
    "family nor its capture, public server address or certificate.",
    "training rows (optimistic)": "Too few families or captures to hold any out: rows are scored "
    "by models that were trained on them, and new ones will be told apart less well.",
    "one family held out at a time": "The rows of each malware family are scored by models that "
    "saw all others, but nothing of the captures it is in; benign rows as above.",
    "later captures": "Models saw only captures that began before a day; rows of the captures from "
    "that day on are scored. A family may be on both sides, as in real life.",
    "random split": "Rows are held out at random, so that their neighbours of the same capture, "
    "server and family are trained on: how much better this looks is how much leaks.",
    "labelled captures": "The trained models as they are, on labelled captures; if the models were "
    "trained on any of them, the figures flatter.",
}


def document(
    kind: str,
    settings: Mapping[str, Any],
    protocols: Sequence[Mapping[str, Any]],
    baselines: Sequence[Mapping[str, Any]] = (),
    ablations: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the document; ``kind`` says whose scores were measured: stored, refitted, captures."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "settings": dict(settings),
        "protocols": list(protocols),
        "baselines": list(baselines),
        "ablations": list(ablations),
    }


def measured(name: str, levels: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of one way to hold rows out, with what it is."""
    return {"name": name, "description": DESCRIPTIONS[name], **levels}


def as_json(content: Mapping[str, Any]) -> str:
    """Return the document as JSON text."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
