"""Tries to log in where nobody listens: one client calls a port for logins again and again in vain.

Programs that guess passwords go on where the port is closed or a firewall drops them; whoever waits
for a server calls it once in a while. Windows calls a closed port three times for one who asks
once, half a second apart and from the same port, so each port of the client counts once.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from module3.classes import LOGIN_PORTS
from module3.flow_state import TRIES
from module3.pairs import PAIR, flows_of, groups, of_all

FEWEST_TRIES: Final = 30
LONGEST_PAUSE: Final = 0.5  # seconds between tries, in the middle
SHORTEST_PAUSE: Final = 0.001  # in the mean; whoever is faster floods


def vain_logins(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` of the logins meant by it, and the ``evidence``.

    ``flows`` need the columns ``logins.READ`` and ``flow_state.TRIES``. Both columns are missing
    elsewhere.
    """
    numbered = flows.select(*PAIR, "Src Port", "Timestamp", *TRIES).with_row_index("flow")
    calls = numbered.filter(pl.col("Dst Port").is_in(LOGIN_PORTS.values()))
    answered = calls.filter(~pl.col("Tried") | pl.col("Accepted"))
    vain = calls.join(answered, on=PAIR, how="anti")
    found = [
        _of_port(vain.filter(pl.col("Dst Port") == port), kind)
        for kind, port in LOGIN_PORTS.items()
    ]
    return of_all(pl.concat(found), len(flows))


def _of_port(tries: pl.DataFrame, kind: str) -> pl.DataFrame:
    text = "{} connections refused or unanswered, from {} to {} port {}"
    lasted = pl.col("Timestamp").max() - pl.col("Timestamp").min()
    mean = lasted.dt.total_microseconds() / 1e6 / pl.len()
    asked = tries.unique([*PAIR, "Src Port"], keep="first", maintain_order=True)
    found = groups(asked, PAIR, pl.len(), text, mean, longest=LONGEST_PAUSE)
    many = (pl.col("count") >= FEWEST_TRIES) & (pl.col("share") >= SHORTEST_PAUSE)
    return flows_of(found.filter(many), tries, kind)
