"""What the names in a certificate say: attributes of subject and issuer, and names it is for."""

from __future__ import annotations

from typing import Final

import polars as pl

from capture.distinguished_name import attributes
from knowledge.registered_domain import is_address

_ATTRIBUTES: Final = {"o": {"O"}, "c": {"C"}, "st": {"ST", "S"}, "l": {"L"}}
_FACTS: Final[dict[str, pl.DataType]] = {
    "text": pl.String(),
    "cn": pl.String(),
    "cn_is_address": pl.Boolean(),
    "cn_is_com": pl.Boolean(),
    "only_cn": pl.Boolean(),
    **dict.fromkeys(_ATTRIBUTES, pl.Boolean()),
}


def name_facts(texts: pl.Series) -> pl.DataFrame:
    """Return one row for each distinct subject or issuer text.

    ``cn`` is the common name (of several the first), null without one; ``o``, ``c``, ``st`` and
    ``l`` tell whether the attribute is there with a value, ``only_cn`` whether nothing but a common
    name is. A certificate whose common name is missing has none that is an address or ends in .com.
    """
    known = texts.drop_nulls().unique().sort()
    return pl.DataFrame([_facts(text) for text in known], schema=_FACTS, orient="row")


def _facts(text: str) -> dict[str, str | bool | None]:
    present = [(kind, value) for kind, value in attributes(text) if value]
    kinds = {kind for kind, _ in present}
    common_name = next((value for kind, value in present if kind == "CN"), None)
    return {
        "text": text,
        "cn": common_name,
        "cn_is_address": common_name is not None and is_address(common_name),
        "cn_is_com": common_name is not None and common_name.lower().rstrip(".").endswith(".com"),
        "only_cn": kinds == {"CN"},
        **{name: bool(kinds & wanted) for name, wanted in _ATTRIBUTES.items()},
    }


def covered_by(names: pl.Series, domains: pl.Series) -> pl.Series:
    """Tell for each name whether the list of DNS names beside it covers it.

    Null where either is unknown. A wildcard stands for exactly one label.
    """
    results = [
        None if name is None or allowed is None else _covered(name, set(allowed))
        for name, allowed in zip(_folded(names), _folded_lists(domains), strict=True)
    ]
    return pl.Series(results, dtype=pl.Boolean)


def _covered(name: str, allowed: set[str]) -> bool:
    label, dot, parent = name.partition(".")
    return name in allowed or bool(label and dot and f"*.{parent}" in allowed)


def _folded(names: pl.Series) -> pl.Series:
    return names.str.to_lowercase().str.strip_chars_end(".")


def _folded_lists(lists: pl.Series) -> pl.Series:
    return lists.list.eval(pl.element().str.to_lowercase().str.strip_chars_end("."))
