"""Attacks in requests over HTTP, by what one client sends to one port of one server.

Passwords, scripts (XSS) and SQL are counted where they differ. One client may try one after the
other, and whoever tries SQL in a login form sends different passwords too, so each minute has the
class of what was sent most in it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from module3.classes import SCRIPTS, SQL, WEB
from module3.flow_state import INJECTED, LATEST_INJECTIONS
from module3.logins import READ
from module3.pairs import (
    LONGEST_PAUSE,
    LONGEST_PAUSE_OF_MANY,
    PAIR,
    from_the_client,
    groups,
    of_all,
)

FEWEST_PASSWORDS: Final = 10
# Each is code that no ordinary request has. Pages with scripts may be written in a form, and one
# that holds some may be tried until it looks right.
FEWEST_SCRIPTS: Final = 5
FEWEST_SQL: Final = 3
FARTHEST: Final = "10m"  # from what was counted, of requests of the same client without any


class _Kind(NamedTuple):
    name: str
    column: str
    different: pl.Expr
    fewest: int
    longest_pause: float  # seconds between starts of the flows, in the middle
    text: str


def _injections(column: str, latest: str) -> pl.Expr:
    """Return how many differ: the latest of all flows are compared, others within their flow."""
    numbers = pl.col(latest).explode()
    earlier = (pl.col(column) - LATEST_INJECTIONS).clip(lower_bound=0)
    return numbers.filter(numbers > 0).n_unique() + earlier.sum()


# In the order in which they go before each other where as many were sent.
_KINDS: Final = (
    _Kind(
        SQL,
        "HTTP SQL",
        _injections("HTTP SQL", "HTTP Latest SQL"),
        FEWEST_SQL,
        LONGEST_PAUSE_OF_MANY,
        "{} different requests with SQL injection from {} to {} port {}",
    ),
    _Kind(
        SCRIPTS,
        "HTTP Scripts",
        _injections("HTTP Scripts", "HTTP Latest Scripts"),
        FEWEST_SCRIPTS,
        LONGEST_PAUSE_OF_MANY,
        "{} different requests with script injection from {} to {} port {}",
    ),
    _Kind(
        WEB,
        "HTTP Passwords",
        # Of one connection each differs from the one before; the last ones are compared.
        (pl.col("HTTP Passwords") - 1).sum() + pl.col("HTTP Credentials").n_unique(),
        FEWEST_PASSWORDS,
        LONGEST_PAUSE,
        "{} different passwords sent over HTTP by {} to {} port {}",
    ),
)
_SENT: Final = tuple(kind.column for kind in _KINDS)
_LOOKED_AT: Final = (*READ, *_SENT, *INJECTED, "HTTP Credentials", "HTTP Replies")


def attacking(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` of the attack in it, and the ``evidence``.

    ``flows`` need the columns ``logins.READ``, ``flow_state.OPENINGS``, ``INJECTIONS`` and
    ``INJECTED``. Both columns are missing elsewhere. Requests for pages between the attacks belong
    to them, and connections that were not used.
    """
    numbered = from_the_client(flows.select(_LOOKED_AT)).with_row_index("flow")
    minute = pl.col("Timestamp").dt.truncate("1m").alias("minute")
    sending = numbered.filter(pl.sum_horizontal(*_SENT) > 0).with_columns(minute)
    minutes = pl.concat([_minutes(sending, kind) for kind in _KINDS])
    most = minutes.sort("sent", descending=True, maintain_order=True)
    told = most.unique([*PAIR, "minute"], keep="first", maintain_order=True).sort("minute")
    # First the pairs, since all tries of a flood are unused connections.
    of_pairs = numbered.join(told, on=PAIR, how="semi", maintain_order="left")
    unused = pl.sum_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts") == 0
    requests = of_pairs.filter((pl.sum_horizontal(*_SENT, "HTTP Replies") > 0) | unused)
    requests = requests.with_columns(minute).sort("minute")
    near = requests.join_asof(
        told, on="minute", by=PAIR, strategy="nearest", tolerance=FARTHEST, check_sortedness=False
    )
    found = near.filter(pl.col("guessed").is_not_null())
    return of_all(found.select("flow", "guessed", "evidence"), len(flows))


def _minutes(sending: pl.DataFrame, kind: _Kind) -> pl.DataFrame:
    """Return how much was sent in each minute by those who sent enough."""
    sending = sending.filter(pl.col(kind.column) > 0)
    found = groups(sending, PAIR, kind.different, kind.text, longest=kind.longest_pause)
    found = found.filter(pl.col("count") >= kind.fewest)
    counts = sending.group_by(*PAIR, "minute").agg(pl.col(kind.column).sum().alias("sent"))
    named = counts.join(found.select(*PAIR, "evidence"), on=PAIR)
    return named.with_columns(pl.lit(kind.name).alias("guessed"))
