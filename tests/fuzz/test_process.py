"""A process of its own for each target: what it does must come back."""

from pathlib import Path

from fuzz.process import survey
from fuzz.targets import TARGETS


def test_a_target_in_a_process_of_its_own_reports_what_it_did(pcaps: Path) -> None:
    target = next(each for each in TARGETS if each.name == "socks4")
    account = survey(target, [pcaps], 300, seed=3)
    assert (account.inputs, account.runs, account.findings) == (300, 300, [])
