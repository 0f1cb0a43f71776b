from pathlib import Path

import pytest

import project
from module4.examples import DATASET
from module4.sources import Sources


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """Return what was trained and with which options, in order; nothing is trained really."""
    made: list[tuple[str, list[str]]] = []

    def recorder(name: str):
        def main(argv: list[str]) -> int:
            made.append((name, list(argv)))
            return 0

        return main

    for name in ("module1.train", "module2.train", "module3.train", "verdict.train"):
        monkeypatch.setattr(f"{name}.main", recorder(name))

    def conversations(sources: Sources, data: Path, models: Path) -> int:
        made.append(("module4.train", [str(data), str(models), *map(str, sources.good)]))
        return 0

    monkeypatch.setattr("module4.train.run", conversations)
    return made


def test_everything_is_trained_and_final_last(calls, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.main(["train"]) == 0
    modules = ["module2.train", "module1.train", "module3.train", "module4.train"]
    assert [name for name, _ in calls] == [*modules, "verdict.train"]
    assert "train module1: done\n" in capsys.readouterr().err


def test_a_module_that_fails_ends_the_training(calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("module1.train.main", lambda argv: 3)
    assert project.main(["train"]) == 3
    assert [name for name, _ in calls] == ["module2.train"]


@pytest.mark.parametrize(
    ("folder", "trained"),
    [
        ("module1", "module1.train"),
        ("module2", "module2.train"),
        ("module3", "module3.train"),
        ("random_forest", "module2.train"),
        ("gbdt", "module2.train"),
        ("final", "verdict.train"),
    ],
)
def test_name_of_any_models_folder_trains_what_made_it(calls, folder: str, trained: str) -> None:
    assert project.main(["train", folder]) == 0
    assert calls == [(trained, [])]


def test_options_are_passed_on(calls, tmp_path: Path) -> None:
    project.main(["train", "--models", str(tmp_path), "--data", "d"])
    assert calls[0] == ("module2.train", ["--data", "d", "--models", str(tmp_path)])
    assert calls[2] == ("module3.train", ["--models", str(tmp_path)])
    assert calls[3] == ("module4.train", [str(DATASET), str(tmp_path)])
    assert calls[4] == ("verdict.train", ["--models", str(tmp_path)])


def test_a_table_of_flows_in_the_data_set_is_learned(calls, tmp_path: Path) -> None:
    (tmp_path / "flows.csv.gz").touch()
    assert project.main(["train", "--data", str(tmp_path)]) == 0
    assert ("module3.train", ["--data", str(tmp_path)]) in calls


def test_folder_of_the_flows_that_module3_is_to_learn_is_passed_on(calls, tmp_path: Path) -> None:
    assert project.main(["train", "module3", "--data", str(tmp_path)]) == 0
    assert calls == [("module3.train", ["--data", str(tmp_path)])]


@pytest.mark.parametrize("option", ["--manifest", "--servers"])
def test_a_manifest_tells_nothing_of_flows(
    calls, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.main(["train", "module3", option, "manifest.csv"]) == 2
    assert not calls
    assert f"{option} says nothing of flows" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["module4", "conversation"])
def test_conversations_are_trained_on_their_own_sets(calls, folder: str, tmp_path: Path) -> None:
    options = [
        "--data",
        str(tmp_path),
        "--models",
        str(tmp_path),
        "--update-goodset",
        "--good",
        "g",
    ]
    assert project.main(["train", folder, *options]) == 0
    assert calls == [("module4.train", [str(tmp_path), str(tmp_path), "g"])]


@pytest.mark.parametrize(
    "options",
    [["--good", "x.pcap"], ["--bad", "x.pcap"], ["--update-goodset"], ["--update-badset"]],
)
def test_sets_and_what_they_are_made_of_go_together(
    calls, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.main(["train", "module4", *options]) == 2
    assert "--update-" in capsys.readouterr().err
    assert calls == []


def test_failure_ends_it_with_its_status(calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("module2.train.main", lambda argv: 3)
    assert project.main(["train"]) == 3
    assert calls == []


def test_a_place_that_cannot_hold_models_is_refused_before_the_work(calls, tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.touch()
    assert project.main(["train", "--models", str(taken)]) == 2
    assert calls == []


def test_a_file_that_cannot_be_written_is_wrong_use(
    calls, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(argv: list[str]) -> int:
        raise PermissionError(13, "Permission denied", "there/table.csv")

    monkeypatch.setattr("module2.train.main", refuse)
    assert project.main(["train"]) == 2
    assert capsys.readouterr().err == "there/table.csv: cannot be used (permission denied)\n"


def test_a_full_device_without_a_name_is_wrong_use(
    calls, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(argv: list[str]) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("module2.train.main", refuse)
    assert project.main(["train"]) == 2
    line = "a file or standard output cannot be used (no space left on device)\n"
    assert capsys.readouterr().err == line
