"""The columns of the flow table: the names of CSE-CIC-IDS2018 in their order, with units."""

from __future__ import annotations

from typing import Final, NamedTuple

_LATER: Final = frozenset({"2017"})
_BOTH: Final = frozenset({"2017", "2018"})
_NONE: Final[frozenset[str]] = frozenset()


class Column(NamedTuple):
    """A column, its unit, and the public tables whose definition is the one computed here.

    Tables are the corrected CIC-IDS2017 ("2017") and CSE-CIC-IDS2018 ("2018"). Units named
    ``seconds`` are microseconds in those tables, and where the tool of 2018 is imitated.
    """

    name: str
    unit: str
    agrees_with: frozenset[str]


def _statistics(prefix: str, unit: str, order: str, agrees: frozenset[str]) -> list[Column]:
    return [Column(f"{prefix} {statistic}", unit, agrees) for statistic in order.split()]


# Who talked to whom; the published tables of 2018 leave all but the destination port out.
ENDPOINTS: Final = ("Src IP", "Src Port", "Dst IP")

COLUMNS: Final[tuple[Column, ...]] = (
    Column("Dst Port", "number", _BOTH),
    Column("Protocol", "number", _BOTH),
    Column("Timestamp", "time", _NONE),
    Column("Flow Duration", "seconds", _BOTH),
    Column("Tot Fwd Pkts", "packets", _BOTH),
    Column("Tot Bwd Pkts", "packets", _BOTH),
    Column("TotLen Fwd Pkts", "bytes", _BOTH),
    Column("TotLen Bwd Pkts", "bytes", _BOTH),
    *_statistics("Fwd Pkt Len", "bytes", "Max Min Mean Std", _BOTH),
    *_statistics("Bwd Pkt Len", "bytes", "Max Min Mean Std", _BOTH),
    Column("Flow Byts/s", "bytes/s", _BOTH),
    Column("Flow Pkts/s", "packets/s", _BOTH),
    *_statistics("Flow IAT", "seconds", "Mean Std Max Min", _BOTH),
    *_statistics("Fwd IAT", "seconds", "Tot Mean Std Max Min", _BOTH),
    *_statistics("Bwd IAT", "seconds", "Tot Mean Std Max Min", _BOTH),
    Column("Fwd PSH Flags", "packets", _LATER),
    Column("Bwd PSH Flags", "packets", _LATER),
    Column("Fwd URG Flags", "packets", _LATER),
    Column("Bwd URG Flags", "packets", _LATER),
    Column("Fwd Header Len", "bytes", _BOTH),
    Column("Bwd Header Len", "bytes", _BOTH),
    Column("Fwd Pkts/s", "packets/s", _BOTH),
    Column("Bwd Pkts/s", "packets/s", _BOTH),
    Column("Pkt Len Min", "bytes", _BOTH),
    Column("Pkt Len Max", "bytes", _BOTH),
    Column("Pkt Len Mean", "bytes", _LATER),
    Column("Pkt Len Std", "bytes", _LATER),
    Column("Pkt Len Var", "bytes²", _LATER),
    *(
        Column(f"{flag} Flag Cnt", "packets", _LATER)
        for flag in ["FIN", "SYN", "RST", "PSH", "ACK", "URG"]
    ),
    Column("CWE Flag Count", "packets", _LATER),
    Column("ECE Flag Cnt", "packets", _LATER),
    Column("Down/Up Ratio", "ratio", _LATER),
    Column("Pkt Size Avg", "bytes", _LATER),
    Column("Fwd Seg Size Avg", "bytes", _BOTH),
    Column("Bwd Seg Size Avg", "bytes", _BOTH),
    Column("Fwd Byts/b Avg", "bytes", _NONE),
    Column("Fwd Pkts/b Avg", "packets", _NONE),
    Column("Fwd Blk Rate Avg", "bytes/s", _NONE),
    Column("Bwd Byts/b Avg", "bytes", _NONE),
    Column("Bwd Pkts/b Avg", "packets", _NONE),
    Column("Bwd Blk Rate Avg", "bytes/s", _NONE),
    Column("Subflow Fwd Pkts", "packets", _NONE),
    Column("Subflow Fwd Byts", "bytes", _NONE),
    Column("Subflow Bwd Pkts", "packets", _NONE),
    Column("Subflow Bwd Byts", "bytes", _NONE),
    Column("Init Fwd Win Byts", "bytes", _BOTH),
    Column("Init Bwd Win Byts", "bytes", _NONE),
    Column("Fwd Act Data Pkts", "packets", _NONE),
    Column("Fwd Seg Size Min", "bytes", _BOTH),
    *_statistics("Active", "seconds", "Mean Std Max Min", _LATER),
    *_statistics("Idle", "seconds", "Mean Std Max Min", _LATER),
    Column("Label", "text", _NONE),
)
NAMES: Final = tuple(column.name for column in COLUMNS)
