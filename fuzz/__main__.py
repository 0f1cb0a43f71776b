"""Feed mutated input to the parsers and report what does harm.

python -m fuzz dns                                         200,000 inputs to one parser
python -m fuzz all --inputs 1000 --corpus FOLDER           all parsers, with more captures and logs
python -m fuzz dns --replay fuzz-findings/dns-1a2b.input   one saved input again
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fuzz.finding import save, unpacked
from fuzz.loop import Account, outcome
from fuzz.process import survey
from fuzz.target import Target
from fuzz.targets import TARGETS

_REPOSITORY = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the targets that were asked for; return 1 if anything was found."""
    options = _parser().parse_args(arguments)
    logging.disable()
    targets = [each for each in TARGETS if options.target in (each.name, "all")]
    if options.replay:
        return _replay(targets, options.replay)
    folders = [_REPOSITORY / "pcaps", *options.corpus]
    accounts = {}
    for target in targets:
        account = survey(target, folders, options.inputs, options.seed)
        accounts[target.name] = account
        _report(target, account, options.findings)
    Console(width=120).print(_table(accounts))
    return int(any(account.findings for account in accounts.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [target.name for target in TARGETS]
    parser.add_argument("target", choices=[*names, "all"], metavar="TARGET", help=", ".join(names))
    parser.add_argument("--inputs", type=int, default=200_000, help="a target (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="other seed, other inputs")
    parser.add_argument(
        "--corpus",
        nargs="+",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="captures and Zeek logs to begin from, besides the samples",
    )
    parser.add_argument(
        "--findings",
        type=Path,
        default=Path("fuzz-findings"),
        metavar="FOLDER",
        help="where harmful inputs are saved (%(default)s)",
    )
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one saved input again")
    return parser


def _replay(targets: Sequence[Target], path: Path) -> int:
    parts = unpacked(path.read_bytes())
    with tempfile.TemporaryDirectory() as scratch:
        found = [outcome(target, [parts], Path(scratch)) for target in targets]
    for target, what in zip(targets, found, strict=True):
        print(f"{target.name}: {what or ('well' if what is None else 'a documented error')}")
    return int(any(found))


def _report(target: Target, account: Account, folder: Path) -> None:
    print(f"{target.name}: {account.inputs} inputs, {account.seconds:.0f} s", file=sys.stderr)
    for finding in account.findings:
        path = save(finding, folder)
        print(f"  input {finding.number}: {finding.what}\n    {path}", file=sys.stderr)


def _table(accounts: dict[str, Account]) -> Table:
    table = Table("target")
    for heading in ("inputs", "runs", "refused", "seconds", "slowest s", "MiB grown", "findings"):
        table.add_column(heading, justify="right")
    for name, account in accounts.items():
        table.add_row(
            name,
            f"{account.inputs:,}",
            f"{account.runs:,}",
            f"{account.rejected:,}",
            f"{account.seconds:.0f}",
            f"{account.slowest:.2f}",
            f"{account.memory >> 20}",
            str(len(account.findings)),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
