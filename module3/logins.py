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
LARGEST_SSH_LOGIN: Final = 5_000  # bytes each way
FEWEST_SSH_LOGINS: Final = 4
FEWEST_FTP_REFUSALS: Final = 5
FEWEST_HTTP_REFUSALS: Final = 10
HTTP_REFUSED_SHARE: Final = 0.9  # of the replies; a browser that is asked for a password gets fewer
LONGEST_PAUSE: Final = 60.0  # seconds between starts of the flows, in the middle

_PAIR: Final = ("Src IP", "Dst IP", "Dst Port")


def guessing(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` that repetition gives it, and the ``evidence``.

    ``flows`` need the columns of ``flow_state.OPENINGS``. Both columns are missing elsewhere.
    """
    if flows.is_empty():
        return pl.DataFrame(schema={"guessed": pl.String, "evidence": pl.String})
    found = pl.DataFrame({"flow": range(len(flows))}, schema={"flow": pl.Int64})
    rules = [_ssh(flows), _ftp(flows), _http(flows)]
    guessed = pl.concat(rules).unique("flow", keep="first", maintain_order=True)
    return found.join(guessed, on="flow", how="left", maintain_order="left").drop("flow")


def _ssh(flows: pl.DataFrame) -> pl.DataFrame:
    most = pl.max_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts")
    logins = _of(flows, (pl.col("SSH Banners") > 0) & (most <= LARGEST_SSH_LOGIN))
    tries = logins.filter((pl.len().over(_PAIR) >= FEWEST_SSH_LOGINS) & _follow_closely())
    text = pl.format("{} short SSH connections from {} to {} port {}", pl.len().over(_PAIR), *_PAIR)
    return _named(tries, SSH, text)


def _ftp(flows: pl.DataFrame) -> pl.DataFrame:
    refused = _of(flows, pl.col("FTP Refusals") > 0)
    total = pl.col("FTP Refusals").sum().over(_PAIR)
    text = pl.format("{} FTP logins from {} refused by {} port {}", total, *_PAIR)
    return _named(refused.filter(total >= FEWEST_FTP_REFUSALS), FTP, text)


def _http(flows: pl.DataFrame) -> pl.DataFrame:
    asked = _of(flows, pl.col("HTTP Refusals") + pl.col("HTTP Replies") > 0)
    refused, others = (pl.col(name).sum().over(_PAIR) for name in ("HTTP Refusals", "HTTP Replies"))
    many = (refused >= FEWEST_HTTP_REFUSALS) & (refused >= HTTP_REFUSED_SHARE * (refused + others))
    tries = asked.filter(many & _follow_closely()).filter(pl.col("HTTP Refusals") > 0)
    text = pl.format("{} HTTP requests of {} refused by {} port {} (401)", refused, *_PAIR)
    return _named(tries, WEB, text)


def _of(flows: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
    return flows.with_columns(pl.int_range(pl.len()).alias("flow")).filter(which)


def _follow_closely() -> pl.Expr:
    """Tell whether the starts of a pair's flows lie close together; a lone flow does."""
    seconds = pl.col("Timestamp").diff().dt.total_microseconds() / 1e6
    return seconds.median().over(_PAIR, order_by="Timestamp").fill_null(0.0) <= LONGEST_PAUSE


def _named(flows: pl.DataFrame, kind: str, text: pl.Expr) -> pl.DataFrame:
    return flows.select("flow", guessed=pl.lit(kind), evidence=text)
