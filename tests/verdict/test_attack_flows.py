import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from module3.flow_state import INJECTED, INJECTIONS, OPENINGS, TRIES
from tests.verdict.synthetic import CLIENT, SITE, sample_logs, stub_models
from verdict.assess import assess
from verdict.attack_class import LISTED
from verdict.attack_flows import (
    attack_classes,
    classified_flows,
    load_classifier,
    with_attack_classes,
)
from verdict.document_json import from_json, to_json
from verdict.scoring import score

FLOW: dict[str, Any] = {
    "Timestamp": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    "Src IP": CLIENT,
    "Src Port": 40000,
    "Dst IP": SITE,
    "Dst Port": 22,
    "Protocol": 6,
    "Flow Duration": 0.5,
    "class": "SSH-Bruteforce",
    "probability": None,
    "basis": "repetition",
    "evidence": "five connections",
}


def flows(*classes: str) -> pl.DataFrame:
    rows = [{**FLOW, "class": name} for name in classes]
    return pl.DataFrame(rows, schema_overrides={"probability": pl.Float64})


@pytest.mark.parametrize(
    ("classes", "verdict"),
    [
        (["Benign", "Benign", "DoS", "SSH-Bruteforce", "SSH-Bruteforce"], "SSH-Bruteforce"),
        (["Benign", "NOT ASSESSED"], "Benign"),
        (["NOT ASSESSED"], "NOT ASSESSED"),
        (["SSH-Bruteforce", "DoS"], "DoS"),
    ],
)
def test_the_attack_of_most_flows_is_the_verdict(classes: list[str], verdict: str) -> None:
    assert attack_classes(flows(*classes)).verdict == verdict


def test_the_time_of_a_flow_does_not_depend_on_where_the_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        (found,) = attack_classes(flows("DoS")).flows
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found.ts == datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def test_no_flow_is_assessed_without_flows() -> None:
    found = attack_classes(flows("DoS").clear())
    assert (found.verdict, found.flows, found.counts) == ("NOT ASSESSED", (), {})


def test_of_a_flood_the_first_flows_are_listed_and_all_counted() -> None:
    found = attack_classes(flows(*["DoS"] * (LISTED + 5)))
    assert len(found.flows) == LISTED
    assert found.counts == {"DoS": LISTED + 5}


def test_a_target_has_the_flows_in_its_role_and_final_stays() -> None:
    plain = assess(score(sample_logs(), stub_models()), [CLIENT, SITE], None)
    document = with_attack_classes(plain, flows("SSH-Bruteforce", "Benign"))
    for before, target in zip(plain.targets, document.targets, strict=True):
        assert target.detectors.attack_class.counts == {"Benign": 1, "SSH-Bruteforce": 1}
        assert target.final == before.final
    assert document.attack_classes is not None
    assert document.attack_classes.counts == {"Benign": 1, "SSH-Bruteforce": 1}
    read = from_json(to_json(document))
    assert read.attack_classes == document.attack_classes
    assert [target.detectors.attack_class for target in read.targets] == [
        target.detectors.attack_class for target in document.targets
    ]


def test_without_flows_the_document_stays_as_it_is() -> None:
    plain = assess(score(sample_logs(), stub_models()), None, None)
    assert with_attack_classes(plain, None) is plain


def test_flows_of_several_captures_come_sorted_and_with_repetitions() -> None:
    later = datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)
    guesses = {"TotLen Fwd Pkts": 900, "TotLen Bwd Pkts": 900, **dict.fromkeys(OPENINGS, 0)}
    guesses |= dict.fromkeys(INJECTIONS, 0) | dict.fromkeys(INJECTED, [0] * 4)
    guesses |= dict.fromkeys(TRIES, False)
    one = {**FLOW, **guesses, "class": "Benign", "probability": 0.9, "SSH Refusals": 2}
    unsaid = ["basis", "evidence"]
    first = pl.DataFrame([{**one, "Timestamp": later}] * 2).drop(unsaid)
    second = pl.DataFrame([{**one, "Src Port": port} for port in (3, 1, 2)]).drop(unsaid)
    found = classified_flows([first, second])
    assert found is not None
    assert found["Src Port"].to_list() == [1, 2, 3, 40000, 40000]
    assert set(found["class"]) == {"SSH-Bruteforce"}
    assert set(found["basis"]) == {"repetition"}


def test_logs_have_no_flows() -> None:
    assert classified_flows([]) is None


def test_a_folder_without_models_of_attack_classes(tmp_path: Path) -> None:
    assert load_classifier(tmp_path) is None
