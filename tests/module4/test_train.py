from pathlib import Path

import polars as pl
import pytest

from models.card import digest, read_card
from module4 import train as training
from module4.detect import CAPTURE_THRESHOLD, THRESHOLD
from module4.examples import BAD_SET, GOOD_SET, ExampleError, read_examples
from module4.features import MEASURES
from module4.sources import Sources
from module4.templates import read_templates
from module4.train import main, run, train, update_sets

from .small_captures import network, tls_exchange, write

Output = pytest.CaptureFixture[str]


def test_card_of_a_small_model(models: Path, data: Path) -> None:
    card = read_card(models / "conversation")
    assert card.features[: len(MEASURES)] == MEASURES
    assert {"IP", "TCP", "TLS", "https"} <= set(card.features)
    assert set(card.thresholds) == {THRESHOLD, CAPTURE_THRESHOLD}
    assert card.metrics["measured_on"] == "families and captures held out"
    assert (card.metrics["positives"], card.metrics["negatives"]) == (8, 8)
    assert card.metrics["average_precision"] == 1.0
    assert set(card.training_data) == {GOOD_SET, BAD_SET}


def test_same_tables_give_the_same_bytes(models: Path, data: Path, tmp_path: Path) -> None:
    train(data, tmp_path, read_templates(), seeds=(1,))
    for path in (models / "conversation").iterdir():
        assert digest(tmp_path / "conversation" / path.name) == digest(path)


def test_what_stops_training_leaves_the_former_model(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = tmp_path / "conversation" / "forest.npz"
    former.parent.mkdir()
    former.write_text("former")

    def interrupt(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "write_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path, read_templates(), seeds=(1,))
    assert [path.name for path in former.parent.iterdir()] == [former.name]
    assert former.read_text() == "former"


def test_two_captures_are_too_few_to_hold_any_out(tmp_path: Path, capsys: Output) -> None:
    sources = Sources(update_good=True, update_bad=True, manifest=network(tmp_path / "n", 1))
    update_sets(tmp_path, sources, read_templates())
    card = train(tmp_path, tmp_path / "models", read_templates())
    assert card.metrics["measured_on"] == "training rows"
    assert "too few families or captures" in capsys.readouterr().err


def test_sets_are_made_of_captures_and_trained_on(tmp_path: Path, capsys: Output) -> None:
    write(tmp_path / "in" / "good.pcap", tls_exchange("198.51.100.1", 5, 900, 0.1))
    write(tmp_path / "in" / "bad.pcap", tls_exchange("203.0.113.1", 5, 60, 30))
    good, bad = (tmp_path / "in" / name for name in ("good.pcap", "bad.pcap"))
    sources = Sources(update_good=True, update_bad=True, good=[good], bad=[bad])
    assert run(sources, tmp_path, tmp_path / "models") == 0
    assert read_examples(tmp_path)["capture"].to_list() == ["good.pcap", "bad.pcap"]
    assert "conversation: 1 dangerous, 1 safe conversations" in capsys.readouterr().out


def test_only_the_set_that_is_asked_for_is_made_again(manifest: Path, tmp_path: Path) -> None:
    sources = Sources(update_bad=True, manifest=manifest)
    assert list(update_sets(tmp_path, sources, read_templates())) == [tmp_path / BAD_SET]
    assert not (tmp_path / GOOD_SET).exists()


def test_live_traffic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def record(interface: str, packets: int, path: Path) -> None:
        asked.append((interface, packets))
        write(path, tls_exchange("198.51.100.1", 5, 900, 0.1))

    monkeypatch.setattr("capture.live.record", record)
    sources = Sources(update_good=True, interface="eth0", packets=6)
    assert update_sets(tmp_path, sources, read_templates()) == {tmp_path / GOOD_SET: 1}
    assert asked == [("eth0", 6)]
    assert pl.read_csv(tmp_path / GOOD_SET)["capture"].to_list() == ["live-eth0.pcap"]


def test_nothing_to_make_a_set_of(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match="give --good, --manifest or --interface"):
        update_sets(tmp_path, Sources(update_good=True), read_templates())


def test_tables_of_other_templates(data: Path, tmp_path: Path, capsys: Output) -> None:
    for name in (GOOD_SET, BAD_SET):
        text = (data / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(",https", ",secure web"), encoding="utf-8")
    assert main(["--data", str(tmp_path), "--models", str(tmp_path / "models")]) == 3
    assert "tables of other templates, which have secure web" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


def test_set_without_rows_of_one_class(data: Path, tmp_path: Path, capsys: Output) -> None:
    header = (data / BAD_SET).read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / BAD_SET).write_text(f"{header}\n", encoding="utf-8")
    (tmp_path / GOOD_SET).write_bytes((data / GOOD_SET).read_bytes())
    assert main(["--data", str(tmp_path), "--models", str(tmp_path / "models")]) == 3
    assert "need a row each" in capsys.readouterr().err


def test_shipped_model_is_that_of_the_shipped_sets() -> None:
    card = read_card(training.MODELS / "conversation")
    names = {f"module4/dataset/{name}" for name in (GOOD_SET, BAD_SET)}
    assert card.training_data == {
        name: digest(training.MODELS.parent / name) for name in sorted(names)
    }
