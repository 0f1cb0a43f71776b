"""Password guessing by what it is: logins of one client to one server, again and again.

A rule, not a model: it needs no training data, names what it counted, and holds for any tool,
network and version of the protocol. It works on all flows of a capture together.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from module3.classes import FTP, SSH, WEB

# A connection whose logins all failed carries the key exchange and some tries: OpenSSH's and four
# tools' 1.1 to 2.9 kB each way. Post-quantum keys add 1.2 kB, a session with a command more.
LARGEST_LOGIN: Final = 5_000  # bytes each way
FEWEST_SSH_LOGINS: Final = 4
FEWEST_FTP_REFUSALS: Final = 5
FEWEST_HTTP_REFUSALS: Final = 10
FEWEST_HTTP_LOGINS: Final = 10
HTTP_REFUSED_SHARE: Final = 0.9  # of the replies; a browser that is asked for a password gets fewer
LONGEST_PAUSE: Final = 60.0  # seconds between starts of the flows, in the middle

_PAIR: Final = ("Src IP", "Dst IP", "Dst Port")
# Besides the columns of ``flow_state.OPENINGS``.
READ: Final = (*_PAIR, "Timestamp", "TotLen Fwd Pkts", "TotLen Bwd Pkts")


def guessing(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` that repetition gives it, and the ``evidence``.

    ``flows`` need the columns ``READ`` and those of ``flow_state.OPENINGS``. Both columns are
    missing elsewhere.
    """
    if flows.is_empty():
        return pl.DataFrame(schema={"guessed": pl.String, "evidence": pl.String})
    numbered = flows.with_row_index("flow")
    rules = [rule(numbered) for rule in (_ssh, _ftp, _http, _forms)]
    guessed = pl.concat(rules).unique("flow", keep="first", maintain_order=True)
    found = numbered.select("flow").join(guessed, on="flow", how="left", maintain_order="left")
    return found.drop("flow")


def _ssh(flows: pl.DataFrame) -> pl.DataFrame:
    short = _small(flows)
    tries = short.filter(pl.col("SSH Banners") > 0)
    text = "{} short SSH connections from {} to {} port {}"
    guessed = _pairs(tries, pl.len(), text).filter(pl.col("count") >= FEWEST_SSH_LOGINS)
    return _flows_of(guessed, short, SSH)


def _ftp(flows: pl.DataFrame) -> pl.DataFrame:
    refused = flows.filter(pl.col("FTP Refusals") > 0)
    text = "{} FTP logins from {} refused by {} port {}"
    guessed = _pairs(refused, pl.col("FTP Refusals").sum(), text)
    return _flows_of(guessed.filter(pl.col("count") >= FEWEST_FTP_REFUSALS), _small(flows), FTP)


def _http(flows: pl.DataFrame) -> pl.DataFrame:
    asked = flows.filter(pl.col("HTTP Refusals") + pl.col("HTTP Replies") > 0)
    refusals = pl.col("HTTP Refusals").sum()
    share = refusals / (refusals + pl.col("HTTP Replies").sum())
    text = "{} HTTP requests of {} refused by {} port {} (401)"
    many = (pl.col("count") >= FEWEST_HTTP_REFUSALS) & (pl.col("share") >= HTTP_REFUSED_SHARE)
    return _flows_of(_pairs(asked, refusals, text, share).filter(many), asked, WEB)


def _forms(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the logins through forms, and the requests for the form between them."""
    logins = flows.filter(pl.col("HTTP Logins") > 0)
    text = "{} forms with a password sent by {} to {} port {}"
    guessed = _pairs(logins, pl.col("HTTP Logins").sum(), text)
    others = flows.filter(pl.col("HTTP Logins") + pl.col("HTTP Replies") > 0)
    return _flows_of(guessed.filter(pl.col("count") >= FEWEST_HTTP_LOGINS), others, WEB)


def _small(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows that carry no more than logins, to the same port."""
    most = pl.max_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts")
    return flows.filter(most <= LARGEST_LOGIN)


def _pairs(
    tries: pl.DataFrame, count: pl.Expr, text: str, share: pl.Expr | None = None
) -> pl.DataFrame:
    """Return client, server and port of flows that begin close together, a count and words."""
    pause = pl.col("Timestamp").sort().diff().median().dt.total_microseconds() / 1e6
    pairs = tries.group_by(_PAIR, maintain_order=True).agg(
        count.alias("count"),
        pause.fill_null(0.0).alias("pause"),
        (pl.lit(1.0) if share is None else share).alias("share"),
    )
    close = pairs.filter(pl.col("pause") <= LONGEST_PAUSE)
    return close.with_columns(pl.format(text, "count", *_PAIR).alias("evidence"))


def _flows_of(pairs: pl.DataFrame, flows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return the flows of these pairs with their class and evidence."""
    own = flows.join(pairs.select(*_PAIR, "evidence"), on=_PAIR, how="inner")
    return own.select("flow", pl.lit(kind).alias("guessed"), "evidence")
