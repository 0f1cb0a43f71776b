"""All options of all commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from commands.options.option import (
    STANDARD_OUTPUT,
    Option,
    day,
    positive,
    probability,
    size,
    switch,
)
from models.card import MODELS
from module4.sources import PACKETS

LANGUAGES: Final = ("en", "zh")
SHIPPED_FLOWS: Final = ""  # of --flows without a file: the table beside the models' code
SORTS: Final = ("probability", "time", "connections", "name", "address")
_READING: Final = (
    Option(
        "engine",
        "what reads captures; auto is zeek where it is installed, else builtin",
        default="auto",
        choices=("auto", "zeek", "builtin"),
        is_setting=True,
    ),
    Option(
        "jobs",
        "processes that read several captures, or one large one; as many as cores unless given",
        positive,
        default=os.cpu_count() or 1,
        metavar="N",
        is_setting=True,
    ),
    Option(
        "decompression-limit",
        "most bytes that a compressed capture may expand to, as 500M or 100G; unless given "
        "64G, and beyond 1G no more than 300 times the compressed size",
        size,
        metavar="SIZE",
        is_setting=True,
    ),
)
_DETECTORS: Final = (
    Option(
        "models",
        "folder of the trained models",
        Path,
        default=MODELS,
        metavar="DIR",
        is_setting=True,
    ),
    Option(
        "certificates",
        "certificate database; certificates.sqlite beside project.py unless given",
        Path,
        metavar="FILE",
        is_setting=True,
    ),
)
_SHOWING: Final = (
    Option("top", "show only the N worst servers", positive, metavar="N", is_setting=True),
    Option(
        "min-probability",
        "show only servers whose probability (FINAL) is at least P",
        probability,
        metavar="P",
        is_setting=True,
    ),
    Option(
        "sort",
        "order of the servers; probability is worst first, time is latest first",
        default="probability",
        choices=SORTS,
        is_setting=True,
    ),
    Option(
        "allow",
        "file of domains, addresses, networks, fingerprints and issuers that are known to be "
        "harmless; what it hides is counted (docs/allowlist.md); may be repeated",
        Path,
        metavar="FILE",
        is_setting=True,
        is_repeatable=True,
    ),
    Option(
        "show-allowed",
        "show what the allowlist hides, marked as allowed",
        switch,
        default=False,
        is_setting=True,
    ),
    Option(
        "lang",
        "language of console and HTML; the classic block stays English",
        default="en",
        choices=LANGUAGES,
        is_setting=True,
    ),
)
_TALKING: Final = (
    Option(
        "quiet",
        "print results (verdicts, attacks, figures) and errors only: no progress and no notices; "
        "results that go to files are printed too",
        switch,
        default=False,
        flags=("-q", "--quiet"),
        is_setting=True,
    ),
    Option(
        "verbose",
        "print more: of each server the connection's uid, community id and a Wireshark filter",
        switch,
        default=False,
        flags=("-v", "--verbose"),
        is_setting=True,
    ),
)
_TARGETS: Final = (
    Option(
        "ip",
        "address to give a verdict on, as server or client; may be repeated",
        metavar="IP",
        is_repeatable=True,
    ),
    Option("all", "all servers, worst first; the default without --ip", switch, default=False),
)
_FORMS: Final = tuple(
    Option(
        name,
        f"write {what} to FILE, or to standard output",
        metavar="FILE",
        without_value=STANDARD_OUTPUT,
    )
    for name, what in {
        "json": "the whole result document as JSON",
        "csv": "one row a server as CSV, the classic columns first,",
        "jsonl": "one line of JSON a server",
        "html": "a report for a browser as one HTML page",
        "stix": "the malicious servers as a STIX 2.1 bundle of indicators",
        "misp": "malicious servers, certificates and JA3 as CSV for an import into MISP",
    }.items()
)
_SCANNING: Final = (
    Option("out", "folder for the documents", Path, metavar="DIR", is_required=True),
    Option(
        "resume",
        "keep the documents of captures that were read and did not change",
        switch,
        default=False,
    ),
)
_LOGS: Final = (
    Option(
        "logs-out",
        "folder for the logs of one capture; of several, each gets a folder in it; logs that "
        "are read, or that another program wrote, are not overwritten",
        Path,
        metavar="DIR",
        flags=("--out",),
        is_required=True,
    ),
    Option(
        "format",
        "form of the logs",
        default="tsv",
        choices=("tsv", "json"),
        is_setting=True,
    ),
)
_FLOWS: Final = (
    Option(
        "flows-out",
        "table to write, .csv or .parquet",
        Path,
        metavar="FILE",
        flags=("--out",),
        is_required=True,
    ),
    Option(
        "cic",
        "the rules and errors of the tool that made CSE-CIC-IDS2018, to compare with its "
        "tables; docs/flows.md lists them",
        switch,
        default=False,
    ),
)
_CERTIFICATES: Final = (
    Option(
        "capture",
        "what was learned from one capture: its path, its file name, or the first digits of its "
        "SHA-256",
        metavar="CAPTURE",
    ),
    Option(
        "sslbl",
        "in the form of abuse.ch SSLBL: what was confirmed or imported, by SHA-1",
        switch,
        default=False,
    ),
)
_TRAINING: Final = (
    Option("data", "dataset folder; that of the module unless given", Path, metavar="DIR"),
    Option("manifest", "CSV that names labelled captures", Path, metavar="FILE"),
    Option(
        "servers",
        "CSV that labels their servers; servers.csv beside the manifest",
        Path,
        metavar="FILE",
    ),
    Option(
        "models-out",
        "where the models go; models/ unless given",
        Path,
        metavar="DIR",
        flags=("--models",),
    ),
)
_CONVERSATIONS: Final = (
    Option(
        "update-goodset",
        "make the good set of conversations again, from --good, --manifest or --interface "
        "(module4)",
        switch,
        default=False,
    ),
    Option(
        "good",
        "captures, or folders of them, of which every conversation is harmless (module4)",
        Path,
        metavar="PATH",
        is_several=True,
    ),
    Option(
        "update-badset",
        "make the bad set of conversations again, from --bad, --manifest or --interface (module4)",
        switch,
        default=False,
    ),
    Option(
        "bad",
        "captures, or folders of them, of which every conversation is malicious (module4)",
        Path,
        metavar="PATH",
        is_several=True,
    ),
    Option(
        "interface",
        "make a set of live traffic of this machine (Linux, as root; module4)",
        metavar="IFACE",
    ),
    Option(
        "packets",
        "so many packets of live traffic (module4)",
        positive,
        default=PACKETS,
        metavar="N",
    ),
)
_COMPARING: Final = (
    Option(
        "conversation-sets",
        "folder of goodx.csv and badx.csv; module4/dataset unless given",
        Path,
        metavar="DIR",
        flags=("--data",),
    ),
    Option(
        "fits-at-once",
        "fits side by side, each in a process; as many as cores unless given",
        positive,
        default=os.cpu_count() or 1,
        metavar="N",
        flags=("--jobs",),
    ),
)
_EVALUATING: Final = (
    Option(
        "full",
        "fit every detector again under the whole protocol, which takes minutes; "
        "without it, figures are of the scores that training stored",
        switch,
        default=False,
    ),
    Option(
        "ctu",
        "fit the forest and gbdt on the CTU table alone, in folds drawn at random, to compare "
        "with other work on it; takes minutes",
        switch,
        default=False,
    ),
    Option(
        "measured-manifest",
        "measure the trained models on your labelled captures",
        Path,
        metavar="FILE",
        flags=("--manifest",),
    ),
    Option(
        "labelled-flows",
        "measure the models of attack classes, on the rows that were held back from their "
        "training, or on a table of labelled flows in the columns of CSE-CIC-IDS2018",
        metavar="FILE",
        flags=("--flows",),
        without_value=SHIPPED_FLOWS,
    ),
    Option(
        "figures",
        "write all figures as JSON to FILE, or to standard output",
        metavar="FILE",
        flags=("--json", "--out"),
        without_value=STANDARD_OUTPUT,
    ),
    Option("figures-html", "write them as one page with plots", metavar="FILE", flags=("--html",)),
    Option(
        "evaluation-html",
        "write them as one page with plots; not with --flows or --ctu, which give text and --json",
        metavar="FILE",
        flags=("--html",),
    ),
    Option("folds", "folds (5; only with --full)", positive, metavar="N"),
    Option("repeats", "foldings to average (1; only with --full)", positive, metavar="N"),
    Option(
        "fits",
        "fits side by side (1; only with --full)",
        positive,
        metavar="N",
        flags=("--jobs",),
    ),
    Option(
        "date",
        "first day of the later captures; a malicious one in the middle (only with --full)",
        day,
        metavar="YYYY-MM-DD",
    ),
    Option(
        "full-data",
        "your labelled data set (only with --full)",
        Path,
        metavar="DIR",
        flags=("--data",),
    ),
)
OPTIONS: Final[dict[str, Option]] = {
    option.name: option
    for option in (
        *_READING,
        *_DETECTORS,
        *_SHOWING,
        *_TALKING,
        *_TARGETS,
        *_FORMS,
        *_SCANNING,
        *_LOGS,
        *_FLOWS,
        *_CERTIFICATES,
        *_TRAINING,
        *_CONVERSATIONS,
        *_COMPARING,
        *_EVALUATING,
    )
}
