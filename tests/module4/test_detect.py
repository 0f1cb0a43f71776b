import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from module4.detect import THRESHOLD, load
from module4.encoding import matrix
from module4.examples import read_examples
from module4.features import conversations_of_capture
from module4.forest import fit_forest
from module4.templates import read_templates


def test_beacon_is_dangerous_and_browsing_safe(models: Path, manifest: Path) -> None:
    detector = load(models)
    for side, dangerous in (("benign", False), ("malicious", True)):
        path = manifest.parent / side / "0.pcap"
        (probability,) = detector.score(conversations_of_capture(path).conversations)
        assert (probability >= detector.threshold) == dangerous
        assert (probability >= detector.capture_threshold) == dangerous


def test_probabilities_are_those_of_scikit_learn(models: Path, data: Path, manifest: Path) -> None:
    rows = read_examples(data)
    forest, tokens = fit_forest(rows)
    expected = forest.predict_proba(matrix(rows, tokens).astype(np.float32))[:, 1]
    by_capture = dict(zip(rows["capture"].to_list(), expected.tolist(), strict=True))
    detector = load(models)
    for name, probability in by_capture.items():
        path = manifest.parent / name.replace("__", "/")
        found = detector.score(conversations_of_capture(path).conversations)
        np.testing.assert_allclose(found, [probability], atol=1e-9)


def test_each_conversation_keeps_its_own_probability(models: Path, pcaps: Path) -> None:
    found = conversations_of_capture(pcaps / "browsing.pcap").conversations
    detector = load(models)
    alone = [detector.score(found.part(n, n + 1))[0] for n in range(len(found))]
    assert detector.score(found).tolist() == alone
    assert len(set(alone)) > 1


def test_no_conversations(models: Path, manifest: Path) -> None:
    path = manifest.parent / "benign" / "0.pcap"
    found = conversations_of_capture(path).conversations.part(0, 0)
    assert load(models).score(found).tolist() == []


def test_templates_that_lost_a_token_of_the_model(models: Path) -> None:
    templates = read_templates()
    edited = replace(templates, tcp={80: "http"}, udp={80: "http"})
    with pytest.raises(ModelError, match=r"no longer have https.*train conversation"):
        load(models, edited)


def test_templates_that_cannot_be_read(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        return read_templates(models)  # type: ignore[return-value]  # raises

    monkeypatch.setattr("module4.detect.read_templates", damaged)
    with pytest.raises(ModelError, match="ETHER: cannot be read"):
        load(models)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"thresholds": {}}, f"no threshold {THRESHOLD}"),
        ({"features": ["TLS"]}, "features do not match their hash"),
    ],
)
def test_card_that_does_not_fit(
    models: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    folder = Path(shutil.copytree(models, tmp_path / "models")) / "conversation"
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps(card | change), encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        load(tmp_path / "models")


def test_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model card"):
        load(tmp_path)
