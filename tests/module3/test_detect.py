from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.errors import ModelError
from module3.classes import CLASSES
from module3.detect import Classifier, by_repetition, load
from module3.features import flows_of_capture
from module3.flow_state import INJECTED, INJECTIONS, OPENINGS
from module3.model_columns import Matrix, matrix
from tests.module3.labelled_flows import labelled_flows
from tests.module3.small_models import quick, trained


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        quick(patch)
        return trained(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def classifier(models: Path) -> Classifier:
    return replace(load(models), distance=0.3, probability=0.5)


def test_flows_like_the_training_rows_get_their_class(classifier: Classifier) -> None:
    rows = labelled_flows()
    names, probabilities = classifier.by_models(matrix(rows))
    right = (pl.Series(names) == rows["Label"]).mean()
    assert right is not None
    assert right > 0.95
    assert probabilities.min() > 0.5


def test_flows_unlike_the_training_rows_are_not_assessed(classifier: Classifier) -> None:
    other = labelled_flows().with_columns(pl.col("TotLen Fwd Pkts", "TotLen Bwd Pkts") * 10_000)
    assert set(classifier.by_models(matrix(other))[0]) == {"NOT ASSESSED"}


def test_an_attack_needs_the_probability_of_the_card(classifier: Classifier) -> None:
    sure = replace(classifier, probability=1.1)
    assert set(sure.by_models(matrix(labelled_flows()))[0]) == {"Benign", "NOT ASSESSED"}


class Said(Classifier):
    """A classifier whose two models say what is written here, by class."""

    forest_says = (
        {"Bot": 0.75},
        {"Bot": 1.0},
        {"Bot": 0.75},
        {"Benign": 0.5},
        {"Benign": 0.5},
        {"Bot": 0.75},
    )
    boosted_says = (
        {"Bot": 0.5},
        {"Bot": 0.4375, "DoS": 0.5},
        {"Bot": 0.25},
        {"Bot": 1.0},
        {"Benign": 1.0},
        {"Bot": 0.25},
    )

    def forest_probabilities(self, rows: Matrix) -> Matrix:
        return self._shares(self.forest_says, rows)

    def boosted_probabilities(self, rows: Matrix) -> Matrix:
        return self._shares(self.boosted_says, rows)

    @staticmethod
    def _shares(said: Sequence[Mapping[str, float]], rows: Matrix) -> Matrix:
        numbers = rows[:, 0].astype(int)  # of what is said, as the first column has them
        return np.array([[said[number].get(name, 0.0) for name in CLASSES] for number in numbers])


def test_an_attack_needs_both_models_and_what_is_no_attack_the_forest_alone(
    classifier: Classifier,
) -> None:
    far = SimpleNamespace(distances=lambda rows, kinds: np.array([0.25, 0, 0, 0, 0.5, 0.5]))
    said = Said(classifier.forest, classifier.boosted, far, 0.25, 0.625)
    names, probabilities = said.by_models(np.arange(6.0)[:, None])
    assert names == ["Bot", *["NOT ASSESSED"] * 2, "Benign", *["NOT ASSESSED"] * 2]
    assert probabilities.tolist() == [0.625, 0.71875, 0.5, 0.5, 0.5, 0.75]


def test_no_flows_have_no_classes(classifier: Classifier) -> None:
    assert classifier.by_models(matrix(labelled_flows().clear()))[0] == []


def test_repetition_goes_before_what_the_models_say(classifier: Classifier, pcaps: Path) -> None:
    flows = flows_of_capture(pcaps / "browsing.pcap", logins=True).table
    guesses = flows.with_columns(
        pl.lit("10.0.0.1").alias("Src IP"),
        pl.lit("192.0.2.7").alias("Dst IP"),
        pl.lit(22).alias("Dst Port"),
        pl.lit(40000).alias("Src Port"),
        pl.lit(2).alias("SSH Refusals"),
        pl.lit(900).alias("TotLen Fwd Pkts"),
        pl.lit(900).alias("TotLen Bwd Pkts"),
    )
    found = by_repetition(guesses.hstack(classifier.modelled(guesses)))
    assert set(found["class"]) == {"SSH-Bruteforce"}
    assert set(found["basis"]) == {"repetition"}
    assert found["probability"].is_null().all()
    assert found["evidence"].is_not_null().all()


def empty(kind: str, port: int, **changed: Any) -> pl.DataFrame:
    """Return a flow in which nothing was sent, that the models call this."""
    ends = {"Src IP": "10.0.0.1", "Src Port": 40000, "Dst IP": "192.0.2.7", "Dst Port": port}
    seen = {**dict.fromkeys((*OPENINGS, *INJECTIONS), 0), **dict.fromkeys(INJECTED, [0] * 4)}
    sent = {"TotLen Fwd Pkts": 0, "TotLen Bwd Pkts": 0, "Tried": True, "Accepted": False}
    said = {"Timestamp": datetime(2026, 1, 1), "class": kind, "probability": 0.9}
    return pl.DataFrame([{**ends, **seen, **sent, **said, **changed}])


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (empty("FTP-BruteForce", 8442), "NOT ASSESSED"),
        (empty("FTP-BruteForce", 22), "NOT ASSESSED"),
        (empty("SSH-Bruteforce", 44308, **{"Src Port": 139}), "NOT ASSESSED"),
        (empty("FTP-BruteForce", 21), "FTP-BruteForce"),
        (empty("SSH-Bruteforce", 44308, **{"Src Port": 22}), "SSH-Bruteforce"),
        (empty("SSH-Bruteforce", 2222, **{"TotLen Bwd Pkts": 1}), "SSH-Bruteforce"),
        (empty("DoS", 8442), "DoS"),
    ],
)
def test_without_a_byte_no_port_but_that_of_logins_is_logged_in_to(
    flow: pl.DataFrame, expected: str
) -> None:
    assert by_repetition(flow)["class"].to_list() == [expected]


def test_a_folder_without_models(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="train module3"):
        load(tmp_path)


def test_ranges_that_are_none(models: Path, tmp_path: Path) -> None:
    from models.card import write_card
    from models.storage import save_arrays
    from module3.model_columns import FEATURES

    folder = tmp_path / "module3"
    folder.mkdir()
    for path in (models / "module3").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    save_arrays(folder / "ranges.npz", {})
    write_card(
        folder,
        description="",
        features=FEATURES,
        thresholds={"distance_from_training_rows": 1.0, "probability_of_an_attack": 0.5},
        metrics={},
        libraries=(),
        training_data=(),
    )
    with pytest.raises(ModelError, match="no ranges of training rows"):
        load(tmp_path)


def shown_classes(classifier: Classifier, capture: Path) -> pl.Series:
    flows = flows_of_capture(capture, logins=True).table
    return by_repetition(flows.hstack(classifier.modelled(flows)))["class"]


def test_the_shipped_models_call_ordinary_browsing_no_attack(pcaps: Path) -> None:
    for name in ("browsing.pcap", "ipv6.pcap", "tls13.pcapng"):
        assert set(shown_classes(load(), pcaps / name)) <= {"Benign", "NOT ASSESSED"}


def test_of_benign_captures_one_flow_in_a_hundred_at_most_is_called_an_attack(
    shared_data: Path,
) -> None:
    captures = sorted(path for path in (shared_data / "pcaps/benign").rglob("*") if path.is_file())
    shipped = load()
    classes = pl.concat([shown_classes(shipped, path) for path in captures])
    attacks = (~classes.is_in(["Benign", "NOT ASSESSED"])).sum()
    assert attacks <= len(classes) / 100
