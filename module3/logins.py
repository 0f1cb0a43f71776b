"""Password guessing by what it is: logins of one client to one server, again and again.

A rule, not a model: it needs no training data, names what it counted, and holds for any tool,
network and version of the protocol. It works on all flows of a capture together.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from module3.classes import FTP, SSH, WEB
from module3.pairs import PAIR, flows_of, from_the_client, groups, of_all

# A connection whose logins all failed carries the key exchange and some tries: OpenSSH's and four
# tools' 1.1 to 2.9 kB each way. Post-quantum keys add 1.2 kB, a session with a command more.
LARGEST_LOGIN: Final = 5_000  # bytes each way
FEWEST_SSH_LOGINS: Final = 4
FEWEST_SSH_LOGINS_OF_MANY: Final = 10  # of one client to many servers, or of many to one
FEWEST_FTP_REFUSALS: Final = 5
FTP_REFUSED_SHARE: Final = 0.7  # of the logins
FEWEST_HTTP_REFUSALS: Final = 10
HTTP_REFUSED_SHARE: Final = 0.9  # of the replies; a browser that is asked for a password gets fewer

_CLIENT: Final = ("Src IP", "Dst Port")
_SERVER: Final = ("Dst IP", "Dst Port")
# Besides the columns of ``flow_state.OPENINGS``.
READ: Final = (*PAIR, "Src Port", "Timestamp", "TotLen Fwd Pkts", "TotLen Bwd Pkts")
_TELLING: Final = (
    *("SSH Refusals", "SSH Logins", "FTP Refusals", "FTP Logins"),
    *("HTTP Replies", "HTTP Refusals"),
)


def guessing(flows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow the class ``guessed`` that repetition gives it, and the ``evidence``.

    ``flows`` need the columns ``READ`` and those of ``flow_state.OPENINGS``. Both columns are
    missing elsewhere.
    """
    numbered = from_the_client(flows.select(*READ, *_TELLING)).with_row_index("flow")
    numbered = _of_login_servers(numbered)
    rules = [rule(numbered) for rule in (_ssh, _ssh_of_many, _ftp, _http)]
    return of_all(pl.concat(rules), len(flows))


def _of_login_servers(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of pairs of which any tells of logins; of a flood hardly one does."""
    telling = flows.filter(pl.any_horizontal(pl.col(_TELLING) > 0))
    return flows.join(telling, on=PAIR, how="semi", maintain_order="left")


def _ssh(flows: pl.DataFrame) -> pl.DataFrame:
    text = "{} short SSH connections from {} to {} port {}"
    guessed = groups(_ssh_tries(flows), PAIR, pl.len(), text)
    return flows_of(guessed.filter(pl.col("count") >= FEWEST_SSH_LOGINS), _small(flows), SSH)


def _ssh_of_many(flows: pl.DataFrame) -> pl.DataFrame:
    """Return what a client tries on many servers, or many clients on one."""
    tries = _ssh_tries(flows)
    found = []
    for keys, text in (
        (_CLIENT, "{} refused SSH logins from {} to port {} of several servers"),
        (_SERVER, "{} refused SSH logins from several clients to {} port {}"),
    ):
        guessed = groups(tries, keys, pl.len(), text)
        many = guessed.filter(pl.col("count") >= FEWEST_SSH_LOGINS_OF_MANY)
        found.append(flows_of(many, tries, SSH, keys))
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
    guessed = groups(asked, PAIR, refusals, text, share).filter(many)
    most = pl.max_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts")
    return flows_of(
        guessed, flows.filter((pl.col("FTP Refusals") > 0) | (most <= LARGEST_LOGIN)), FTP
    )


def _http(flows: pl.DataFrame) -> pl.DataFrame:
    asked = flows.filter(pl.col("HTTP Refusals") + pl.col("HTTP Replies") > 0)
    refusals = pl.col("HTTP Refusals").sum()
    share = refusals / (refusals + pl.col("HTTP Replies").sum())
    text = "{} HTTP requests of {} refused by {} port {} (401)"
    many = (pl.col("count") >= FEWEST_HTTP_REFUSALS) & (pl.col("share") >= HTTP_REFUSED_SHARE)
    return flows_of(groups(asked, PAIR, refusals, text, share).filter(many), asked, WEB)


def _small(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows that carry no more than logins, to the same port."""
    most = pl.max_horizontal("TotLen Fwd Pkts", "TotLen Bwd Pkts")
    return flows.filter(most <= LARGEST_LOGIN)
