import json
from pathlib import Path
from typing import Any

import pytest

import project
from evaluation.document import as_json
from tests.evaluation.scored_tables import small_document
from tests.verdict.synthetic import BEACON, SITE


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the settings of each run of the whole protocol; nothing is fitted really."""
    made: list[Any] = []

    def run(trainer: Any, thresholds: Any, entries: Any, settings: Any) -> dict[str, Any]:
        made.append(settings)
        return small_document()

    monkeypatch.setattr("evaluation.protocol.run", run)
    return made


@pytest.fixture
def manifest(tmp_path: Path, logs: Path, stub_detectors: None) -> Path:
    """Return a manifest of the made-up network's logs, with labels beside it."""
    table = tmp_path / "manifest.csv"
    table.write_text(f"path\n{logs.name}/ssl.log\n")
    labels = "path,server_ip,server_port,label,role,family\n"
    labels += f"{logs.name}/ssl.log,{BEACON},443,malicious,c2,Alpha\n"
    labels += f"{logs.name}/ssl.log,{SITE},443,benign,,\n"
    (tmp_path / "servers.csv").write_text(labels)
    return table


def test_without_options_the_stored_figures_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert project.main(["evaluate"]) == 0
    assert "servers called malicious" in capsys.readouterr().out


def test_stored_figures_as_json_and_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.stored.stored_document", lambda models: small_document())
    page = tmp_path / "figures.html"
    assert project.main(["evaluate", "--json", "--html", str(page)]) == 0
    assert json.loads(capsys.readouterr().out) == small_document()
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_page_on_standard_output_stands_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.stored.stored_document", lambda models: small_document())
    assert project.main(["evaluate", "--html", "-"]) == 0
    assert capsys.readouterr().out.endswith("</html>\n")


def test_the_whole_protocol_is_written_and_printed(
    fitted: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figures.json"
    options = ["--folds", "3", "--repeats", "2", "--jobs", "2", "--date", "2020-02-01"]
    assert project.main(["evaluate", "--full", "--out", str(out), *options]) == 0
    assert out.read_text(encoding="utf-8") == as_json(small_document())
    assert "later captures" in capsys.readouterr().out
    settings = fitted[0]
    assert (settings.folds, settings.repeats, settings.jobs) == (3, 2, 2)
    assert str(settings.day) == "2020-02-01"


def test_defaults_of_the_whole_protocol(fitted: list[Any]) -> None:
    assert project.main(["evaluate", "--full"]) == 0
    assert (fitted[0].folds, fitted[0].repeats, fitted[0].jobs, fitted[0].day) == (5, 1, 1, None)


def test_labelled_captures_are_measured_with_the_trained_models(
    manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.main(["evaluate", "--manifest", str(manifest)]) == 0
    assert "1 malicious servers of 1 families, 1 benign, 1 captures" in capsys.readouterr().out


def test_captures_that_cannot_be_read_are_told_even_when_quiet(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest.write_text(manifest.read_text() + "gone.pcap\n")
    labels = tmp_path / "servers.csv"
    labels.write_text(labels.read_text() + f"gone.pcap,{BEACON},443,malicious,c2,Alpha\n")
    assert project.main(["evaluate", "--manifest", str(manifest), "-q"]) == 0
    assert "gone.pcap: " in capsys.readouterr().err


def test_labels_may_be_elsewhere(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "labels" / "mine.csv"
    elsewhere.parent.mkdir()
    (tmp_path / "servers.csv").rename(elsewhere)
    options = ["--manifest", str(manifest), "--servers", str(elsewhere)]
    assert project.main(["evaluate", *options]) == 0
    assert "labelled captures" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--folds", "3"], "--folds is for --full"),
        (["--data", "d", "--manifest", "m.csv"], "--data is for --full"),
        (["--full", "--folds", "1"], "--folds must be 2"),
        (["--servers", "s.csv"], "--manifest"),
        (["--full", "--html", "no/such/folder/page.html"], "cannot be written"),
        (["--full", "--json", "one", "--html", "one"], "cannot both be written to one"),
        (["--full", "--json", "-", "--html", "-"], "cannot both go to standard output"),
    ],
)
def test_wrong_use_is_told_before_the_work(
    options: list[str],
    complaint: str,
    fitted: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert project.main(["evaluate", *options]) == 2
    message = capsys.readouterr().err
    assert complaint in message
    assert message.count("\n") == 1
    assert fitted == []


def test_full_and_manifest_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        project.main(["evaluate", "--full", "--manifest", "m.csv"])
    assert ending.value.code == 2


def test_missing_data_set_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["evaluate", "--full", "--data", str(tmp_path)]) == 3
    assert f"python project.py features --data {tmp_path}\n" in capsys.readouterr().err


def test_help_says_what_gives_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        project.main(["evaluate", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "page with plots; not with --flows or --ctu, which give text and --json" in text
    assert "evaluate --flows --json" in text
