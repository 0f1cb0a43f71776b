"""Flows of one client to one port of one server, counted together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from module3.flow_state import LOWEST_CLIENT_PORT

PAIR: Final = ("Src IP", "Dst IP", "Dst Port")
LONGEST_PAUSE: Final = 60.0  # seconds between starts of the flows, in the middle
# Who is patient is known by more refusals; of forms nobody can tell whether they were refused.
LONGEST_PAUSE_OF_MANY: Final = 600.0
MANY_REFUSALS: Final = 20


def from_the_client(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows with the client as source, where ports tell that the server seemed first."""
    turned = (pl.col("Src Port") < LOWEST_CLIENT_PORT) & (pl.col("Dst Port") >= LOWEST_CLIENT_PORT)
    return flows.with_columns(
        pl.when(turned).then(f"{other} {what}").otherwise(f"{side} {what}").alias(f"{side} {what}")
        for side, other in (("Src", "Dst"), ("Dst", "Src"))
        for what in ("IP", "Port")
    )


def groups(
    tries: pl.DataFrame,
    keys: Sequence[str],
    count: pl.Expr,
    text: str,
    share: pl.Expr | None = None,  # or another measure of the group
    *,
    longest: float | None = None,
) -> pl.DataFrame:
    """Return keys of flows that begin close together, a count (of refusals) and words.

    Without ``longest``, the longest pause in seconds, pauses may be longer where there are many.
    """
    pause = pl.col("Timestamp").sort().diff().median().dt.total_microseconds() / 1e6
    found = tries.group_by(keys, maintain_order=True).agg(
        count.alias("count"),
        pause.fill_null(0.0).alias("pause"),
        (pl.lit(1.0) if share is None else share).alias("share"),
    )
    close = found.filter(pl.col("pause") <= (_longest() if longest is None else longest))
    return close.with_columns(pl.format(text, "count", *keys).alias("evidence"))


def _longest() -> pl.Expr:
    many = pl.col("count") >= MANY_REFUSALS
    return pl.when(many).then(LONGEST_PAUSE_OF_MANY).otherwise(LONGEST_PAUSE)


def of_all(found: pl.DataFrame, flows: int) -> pl.DataFrame:
    """Return ``guessed`` and ``evidence`` of so many flows; of what is found twice, the first."""
    first = found.unique("flow", keep="first", maintain_order=True)
    numbers = pl.int_range(flows, dtype=pl.get_index_type(), eager=True).alias("flow").to_frame()
    return numbers.join(first, on="flow", how="left", maintain_order="left").drop("flow")


def flows_of(
    found: pl.DataFrame, flows: pl.DataFrame, kind: str, keys: Sequence[str] = PAIR
) -> pl.DataFrame:
    """Return the flows of these groups with their class and evidence."""
    own = flows.join(found.select(*keys, "evidence"), on=keys, how="inner")
    return own.select("flow", pl.lit(kind).alias("guessed"), "evidence")
