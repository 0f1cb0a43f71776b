"""Password guessing by what it is: logins of one client to one server, again and again.

A rule, not a model: it needs no training data, names what it counted, and holds for any tool,
network and version of the protocol. It works on all flows of a capture together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from module3.classes import FTP, SSH, WEB
from module3.flow_state import LOWEST_CLIENT_PORT

# A connection whose logins all failed carries the key exchange and some tries: OpenSSH's and four
# tools' 1.1 to 2.9 kB each way. Post-quantum keys add 1.2 kB, a session with a command more.
LARGEST_LOGIN: Final = 5_000  # bytes each way
FEWEST_SSH_LOGINS: Final = 4
FEWEST_SSH_LOGINS_OF_MANY: Final = 10  # of one client to many servers, or of many to one
FEWEST_FTP_REFUSALS: Final = 5
FTP_REFUSED_SHARE: Final = 0.7  # of the logins
FEWEST_HTTP_REFUSALS: Final = 10
FEWEST_HTTP_LOGINS: Final = 10
HTTP_REFUSED_SHARE: Final = 0.9  # of the replies; a browser that is asked for a password gets fewer
LONGEST_PAUSE: Final = 60.0  # seconds between starts of the flows, in the middle
# Who is patient is known by more refusals; of forms nobody can tell whether they were refused.
LONGEST_PAUSE_OF_MANY: Final = 600.0
MANY_REFUSALS: Final = 20

_PAIR: Final = ("Src IP", "Dst IP", "Dst Port")
_CLIENT: Final = ("Src IP", "Dst Port")
_SERVER: Final = ("Dst IP", "Dst Port")
# Besides the columns of ``flow_state.OPENINGS``.
READ: Final = (*_PAIR, "Src Port", "Timestamp", "TotLen Fwd Pkts", "TotLen Bwd Pkts")


def guessing(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` that repetition gives it, and the ``evidence``.

    ``flows`` need the columns ``READ`` and those of ``flow_state.OPENINGS``. Both columns are
    missing elsewhere.
    """
    if flows.is_empty():
        return pl.DataFrame(schema={"guessed": pl.String, "evidence": pl.String})
    numbered = _from_the_client(flows).with_row_index("flow")
    rules = [rule(numbered) for rule in (_ssh, _ssh_of_many, _ftp, _http, _forms)]
    guessed = pl.concat(rules).unique("flow", keep="first", maintain_order=True)
    found = numbered.select("flow").join(guessed, on="flow", how="left", maintain_order="left")
    return found.drop("flow")


def _from_the_client(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows with the client as source, where ports tell that the server seemed first."""
    turned = (pl.col("Src Port") < LOWEST_CLIENT_PORT) & (pl.col("Dst Port") >= LOWEST_CLIENT_PORT)
    return flows.with_columns(
        pl.when(turned).then(f"{other} {what}").otherwise(f"{side} {what}").alias(f"{side} {what}")
        for side, other in (("Src", "Dst"), ("Dst", "Src"))
        for what in ("IP", "Port")
    )


def _ssh(flows: pl.DataFrame) -> pl.DataFrame:
    text = "{} short SSH connections from {} to {} port {}"
    guessed = _groups(_ssh_tries(flows), _PAIR, pl.len(), text)
    return _flows_of(guessed.filter(pl.col("count") >= FEWEST_SSH_LOGINS), _small(flows), SSH)


def _ssh_of_many(flows: pl.DataFrame) -> pl.DataFrame:
    """Return what a client tries on many servers, or many clients on one."""
    tries = _ssh_tries(flows)
    found = []
    for keys, text in (
        (_CLIENT, "{} refused SSH logins from {} to port {} of several servers"),
        (_SERVER, "{} refused SSH logins from several clients to {} port {}"),
    ):
        guessed = _groups(tries, keys, pl.len(), text)
        many = guessed.filter(pl.col("count") >= FEWEST_SSH_LOGINS_OF_MANY)
        found.append(_flows_of(many, tries, SSH, keys))
    return pl.concat(found)


def _ssh_tries(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the connections in which logins were tried and none succeeded."""
    return _small(flows).filter((pl.col("SSH Refusals") > 0) & (pl.col("SSH Logins") == 0))


def _ftp(flows: pl.DataFrame) -> pl.DataFrame:
    asked = flows.filter(pl.col("FTP Refusals") + pl.col("FTP Logins") > 0)
    refusals = pl.col("FTP Refusals").sum()
    share = refusals / (refusals + pl.col("FTP Logins").sum())
    text = "{} FTP logins from {} refused by {} port {}"
    many = (pl.col("count") >= FEWEST_FTP_REFUSALS) & (pl.col("share") >= FTP_REFUSED_SHARE)
    guessed = _groups(asked, _PAIR, refusals, text, share).filter(many)
    most = pl.max_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts")
    return _flows_of(
        guessed, flows.filter((pl.col("FTP Refusals") > 0) | (most <= LARGEST_LOGIN)), FTP
    )


def _http(flows: pl.DataFrame) -> pl.DataFrame:
    asked = flows.filter(pl.col("HTTP Refusals") + pl.col("HTTP Replies") > 0)
    refusals = pl.col("HTTP Refusals").sum()
    share = refusals / (refusals + pl.col("HTTP Replies").sum())
    text = "{} HTTP requests of {} refused by {} port {} (401)"
    many = (pl.col("count") >= FEWEST_HTTP_REFUSALS) & (pl.col("share") >= HTTP_REFUSED_SHARE)
    return _flows_of(_groups(asked, _PAIR, refusals, text, share).filter(many), asked, WEB)


def _forms(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the logins through forms, and the requests for the form between them."""
    logins = flows.filter(pl.col("HTTP Passwords") > 0)
    text = "{} different passwords sent over HTTP by {} to {} port {}"
    # Of one connection each differs from the one before; the last ones of connections are compared.
    different = (pl.col("HTTP Passwords") - 1).sum() + pl.col("HTTP Credentials").n_unique()
    guessed = _groups(logins, _PAIR, different, text, refused=False)
    others = flows.filter(pl.col("HTTP Passwords") + pl.col("HTTP Replies") > 0)
    return _flows_of(guessed.filter(pl.col("count") >= FEWEST_HTTP_LOGINS), others, WEB)


def _small(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows that carry no more than logins, to the same port."""
    most = pl.max_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts")
    return flows.filter(most <= LARGEST_LOGIN)


def _groups(
    tries: pl.DataFrame,
    keys: Sequence[str],
    count: pl.Expr,
    text: str,
    share: pl.Expr | None = None,
    *,
    refused: bool = True,
) -> pl.DataFrame:
    """Return keys of flows that begin close together, a count (of refusals) and words."""
    pause = pl.col("Timestamp").sort().diff().median().dt.total_microseconds() / 1e6
    groups = tries.group_by(keys, maintain_order=True).agg(
        count.alias("count"),
        pause.fill_null(0.0).alias("pause"),
        (pl.lit(1.0) if share is None else share).alias("share"),
    )
    many = pl.lit(refused) & (pl.col("count") >= MANY_REFUSALS)
    longest = pl.when(many).then(LONGEST_PAUSE_OF_MANY).otherwise(LONGEST_PAUSE)
    close = groups.filter(pl.col("pause") <= longest)
    return close.with_columns(pl.format(text, "count", *keys).alias("evidence"))


def _flows_of(
    groups: pl.DataFrame, flows: pl.DataFrame, kind: str, keys: Sequence[str] = _PAIR
) -> pl.DataFrame:
    """Return the flows of these groups with their class and evidence."""
    own = flows.join(groups.select(*keys, "evidence"), on=keys, how="inner")
    return own.select("flow", pl.lit(kind).alias("guessed"), "evidence")
