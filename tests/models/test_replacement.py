import json
from pathlib import Path

import pytest

from models.card import CARD
from models.replacement import replacing_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a model of one file, with a file and a folder of somebody else beside it."""
    folder = tmp_path / "models" / "gbdt"
    (folder / "mine").mkdir(parents=True)
    (folder / "trees.txt").write_text("former")
    (folder / CARD).write_text(json.dumps({"files": {"trees.txt": "0"}}))
    (folder / "mine" / "notes.txt").write_text("mine")
    (folder / "list.txt").write_text("mine")
    return folder


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def write_and_stop(folder: Path, stop: type[BaseException]) -> None:
    with replacing_model(folder) as part:
        (part / "trees.txt").write_text("new")
        raise stop


def test_a_new_model_is_open_to_whom_the_former_was(folder: Path) -> None:
    folder.chmod(0o2775)
    with replacing_model(folder) as part:
        (part / "trees.txt").write_text("new")
    assert folder.stat().st_mode & 0o7777 == 0o2775


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError, ValueError])
def test_what_is_stopped_leaves_the_former_model(folder: Path, stop: type[BaseException]) -> None:
    before = contents(folder.parent)
    with pytest.raises(stop):
        write_and_stop(folder, stop)
    assert contents(folder.parent) == before


def test_what_is_whole_takes_the_place_and_leaves_the_files_of_others(folder: Path) -> None:
    with replacing_model(folder) as part:
        assert part.name == "gbdt"
        assert list(part.iterdir()) == []
        (part / "forest.npz").write_text("new")
        (part / CARD).write_text("{}")
    assert contents(folder) == {
        CARD: "{}",
        "forest.npz": "new",
        "mine/notes.txt": "mine",
        "list.txt": "mine",
    }
    assert [path.name for path in folder.parent.iterdir()] == ["gbdt"]


def test_stopped_between_the_two_moves_the_former_comes_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rename = contents(folder.parent), Path.rename

    def stop_at_the_second(source: Path, target: Path) -> Path:
        if target == folder and source.name == folder.name:
            raise KeyboardInterrupt
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt), replacing_model(folder) as part:
        (part / "trees.txt").write_text("new")
    assert contents(folder.parent) == before


def test_the_first_model_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    with replacing_model(tmp_path / "new" / "gbdt") as part:
        (part / "trees.txt").write_text("new")
    assert contents(tmp_path) == {"new/gbdt/trees.txt": "new"}


def test_a_folder_that_is_a_link_stays_one(folder: Path) -> None:
    link = folder.parent.parent / "here" / "final"
    link.parent.mkdir()
    link.symlink_to(folder)
    with replacing_model(link) as part:
        assert part.name == "final"
        (part / "trees.txt").write_text("new")
    assert link.is_symlink()
    assert (folder / "trees.txt").read_text() == "new"
