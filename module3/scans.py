"""Port scans by what they are: one client tries many ports of a server, or a port of many servers.

A rule, not a model: it needs no training data and names what it counted. It works on all flows of
a capture together. Tries are TCP connections that a client asked for and that carried nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from module3.classes import SCAN
from module3.flow_state import LOWEST_CLIENT_PORT

LONGEST_PAUSE: Final = 60.0  # seconds between a try and the next
FEWEST_PORTS: Final = 20
# Data connections of FTP and peers behind one address have high ports, programs that scan seldom
# these alone.
FEWEST_LOW_PORTS: Final = 5
FEWEST_HIGH_PORTS: Final = 100
FEWEST_SERVERS: Final = 20
REFUSED_SHARE: Final = 0.5
# Scanners try again once or twice; who watches servers, or lost the network, goes on and on.
MOST_TRIES_OF_EACH: Final = 5
# Peers, pools and sites that are down are scattered over networks, what is swept is in one. Logins,
# shares and databases (SSH, Telnet, Windows, SQL, VNC) have no peers.
SCATTERED: Final = (22, 23, 135, 139, 445, 1433, 2323, 3306, 3389, 5900)

_FTP: Final = 21
_PAIR: Final = ("Src IP", "Dst IP")
_CLIENT: Final = ("Src IP", "Dst Port")
_LENGTHS: Final = ("TotLen Fwd Pkts", "TotLen Bwd Pkts")
_READ: Final = (*_PAIR, "Dst Port", "Timestamp", "Tried", "Accepted")
_LAST_PART: Final = r"[^.:]+$"  # of an address; what is before it names its network


def scanning(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` that port scans have, and the ``evidence``.

    ``flows`` need the columns ``logins.READ`` and ``flow_state.TRIES``. Both columns are missing
    elsewhere.
    """
    talked = (pl.sum_horizontal(_LENGTHS) > 0).alias("talked")
    # Of no other column, since a flood is a million tries.
    numbered = flows.select(*_READ, talked).with_row_index("flow")
    tries = numbered.filter("Tried")
    talks = numbered.filter("talked")
    scans = pl.concat([_of_ports(tries, talks), _of_servers(tries, talks)])
    found = scans.unique("flow", keep="first", maintain_order=True)
    all_ = numbered.select("flow").join(found, on="flow", how="left", maintain_order="left")
    named = pl.when(pl.col("evidence").is_not_null()).then(pl.lit(SCAN)).alias("guessed")
    return all_.select(named, "evidence")


def _of_ports(tries: pl.DataFrame, talks: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of clients that try many ports of a server, with the evidence."""
    runs = _runs(_with_many(tries, _PAIR, "Dst Port", FEWEST_PORTS), _PAIR)
    low = pl.col("Dst Port").filter(pl.col("Dst Port") < LOWEST_CLIENT_PORT).n_unique()
    groups = _counted(runs, _PAIR, "Dst Port", low.alias("low"))
    over_ftp = talks.filter(pl.col("Dst Port") == _FTP).select(*_PAIR, ftp=pl.lit(True)).unique()
    groups = groups.join(over_ftp, on=_PAIR, how="left")
    many_high = (pl.col("count") >= FEWEST_HIGH_PORTS) & pl.col("ftp").is_null()
    found = groups.filter(
        pl.col("count") >= FEWEST_PORTS,
        (pl.col("low") >= FEWEST_LOW_PORTS) | many_high,
        pl.col("refused") >= pl.col("count") * REFUSED_SHARE,
    )
    text = "{} tried {:,} ports of {}, {:,} of them refused or silent"
    return _flows_of(found, runs, text, ("Src IP", "count", "Dst IP", "refused"))


def _of_servers(tries: pl.DataFrame, talks: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of clients that try a port of many servers, with the evidence."""
    many = _with_many(tries, _CLIENT, "Dst IP", FEWEST_SERVERS)
    strangers = many.join(talks, on=[*_CLIENT, "Dst IP"], how="anti")
    runs = _swept(_runs(strangers, _CLIENT))
    answered = talks.group_by(_CLIENT).agg(pl.col("Dst IP").n_unique().alias("answered"))
    groups = _counted(runs, _CLIENT, "Dst IP").join(answered, on=_CLIENT, how="left")
    all_ = pl.col("count") + pl.col("answered").fill_null(0)
    found = groups.filter(pl.col("refused") >= all_ * REFUSED_SHARE)
    text = "{} tried port {} of {:,} servers, {:,} of them refused or silent"
    return _flows_of(found, runs, text, (*_CLIENT, "count", "refused"))


def _with_many(tries: pl.DataFrame, keys: Sequence[str], what: str, fewest: int) -> pl.DataFrame:
    """Return the tries of those who try enough at any time; most are no longer looked at then."""
    # Lengths first, which take little memory where each of a million clients tries once.
    often = tries.group_by(keys).len().filter(pl.col("len") >= fewest)
    tries = tries.join(often, on=keys, how="semi", maintain_order="left")
    counts = tries.group_by(keys).agg(pl.col(what).n_unique())
    return tries.join(counts.filter(pl.col(what) >= fewest), on=keys, how="semi")


def _runs(tries: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return the tries with the number of the ``run`` of tries without a long pause."""
    tries = tries.sort(*keys, "Timestamp")
    pause = pl.col("Timestamp").diff().dt.total_microseconds() / 1e6
    other = pl.any_horizontal(pl.col(key) != pl.col(key).shift() for key in keys)
    begins = (other | (pause > LONGEST_PAUSE)).fill_null(value=True)
    return tries.with_columns(begins.cum_sum().alias("run"))


def _swept(runs: pl.DataFrame) -> pl.DataFrame:
    """Return the tries of runs in networks of which enough servers are tried."""
    network = pl.when(~pl.col("Dst Port").is_in(SCATTERED)).then(
        pl.col("Dst IP").str.replace(_LAST_PART, "")
    )
    servers = pl.col("Dst IP").n_unique().over("run", "network")
    return runs.with_columns(network.alias("network")).filter(servers >= FEWEST_SERVERS)


def _counted(runs: pl.DataFrame, keys: Sequence[str], what: str, *more: pl.Expr) -> pl.DataFrame:
    """Return the runs with how many different things were tried, and how many in vain.

    Runs that try the same ones again and again are left out.
    """
    refused = pl.col(what).filter(~pl.col("Accepted")).n_unique()
    groups = runs.group_by("run", *keys, maintain_order=True).agg(
        pl.col(what).n_unique().alias("count"), refused.alias("refused"), pl.len(), *more
    )
    return groups.filter(pl.col("len") <= pl.col("count") * MOST_TRIES_OF_EACH)


def _flows_of(
    groups: pl.DataFrame, runs: pl.DataFrame, text: str, values: Sequence[str]
) -> pl.DataFrame:
    """Return the flows of these groups with the evidence in words."""
    told = [text.format(*each) for each in groups.select(values).iter_rows()]
    evidence = pl.Series("evidence", told, pl.String)
    return runs.join(groups.select("run", evidence), on="run", how="inner").select(
        "flow", "evidence"
    )
