import json
from pathlib import Path

import pytest

import project
from module4.examples import BAD_SET, GOOD_SET
from module4.sources import Sources
from module4.templates import read_templates
from module4.train import update_sets

from ..module4.small_captures import network

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sets of a network that is just large enough for folds within folds."""
    folder = tmp_path_factory.mktemp("network")
    sources = Sources(update_good=True, update_bad=True, manifest=network(folder, 8))
    update_sets(folder, sources, read_templates())
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare two classifiers alone, with few folds and few trees."""
    from module4.classifiers import BY_NAME
    from module4.compare import Effort
    from module4.forest import PARAMETERS

    some = [BY_NAME[name] for name in ("tree", "multinomial")]
    monkeypatch.setattr("module4.compare.CLASSIFIERS", some)
    monkeypatch.setattr("module4.compare.Effort", lambda: Effort(2, 2, 10))
    monkeypatch.setitem(PARAMETERS, "n_estimators", 5)


@pytest.mark.usefixtures("quick")
def test_comparison_in_every_form(data: Path, tmp_path: Path, capsys: Output) -> None:
    json_file, html_file = tmp_path / "c.json", tmp_path / "c.html"
    options = ["--json", str(json_file), "--html", str(html_file), "--jobs", "1"]
    assert project.main(["compare", "--data", str(data), *options]) == 0
    text = capsys.readouterr().out
    assert "8 dangerous conversations of 8 families, 8 safe ones, 16 captures" in text
    assert text.count("decision tree") == 2
    document = json.loads(json_file.read_text(encoding="utf-8"))
    assert [split["name"] for split in document["splits"]] == ["grouped", "random"]
    assert html_file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.usefixtures("quick")
def test_json_alone_on_standard_output(data: Path, capsys: Output) -> None:
    assert project.main(["compare", "--data", str(data), "--json", "--jobs", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == 1


@pytest.mark.usefixtures("quick")
def test_page_on_standard_output_stands_alone(data: Path, capsys: Output) -> None:
    assert project.main(["compare", "--data", str(data), "--html", "-", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.endswith("</html>\n")


def test_file_that_cannot_be_written_is_refused_before_the_work(capsys: Output) -> None:
    assert project.main(["compare", "--html", "/no/such/folder/x.html"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert project.main(["compare", "--html", "-", "--json", "-"]) == 2
    assert "cannot both go to standard output" in capsys.readouterr().err


def test_sets_that_are_missing_or_too_small(data: Path, tmp_path: Path, capsys: Output) -> None:
    assert project.main(["compare", "--quiet", "--data", str(tmp_path)]) == 3
    assert GOOD_SET in capsys.readouterr().err
    for name in (GOOD_SET, BAD_SET):
        lines = (data / name).read_text(encoding="utf-8").splitlines()
        (tmp_path / name).write_text("\n".join(lines[:3]) + "\n", encoding="utf-8")
    assert project.main(["compare", "--data", str(tmp_path)]) == 3
    assert "too few families or captures" in capsys.readouterr().err
