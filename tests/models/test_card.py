import json
from pathlib import Path
from typing import Any

import pytest

from models.card import (
    CARD,
    MODELS,
    REPOSITORY,
    Card,
    digest,
    library_versions,
    read_card,
    retrain,
    schema_hash,
    write_card,
)
from models.errors import ModelError

FEATURES = ("avg_size", "resumed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a model folder with two files and a card."""
    made = tmp_path / "module2"
    made.mkdir()
    (made / "forest.npz").write_bytes(b"forest")
    (made / "codes.json").write_bytes(b"{}\n")
    describe(made)
    return made


def describe(folder: Path, **changes: Any) -> Card:
    arguments: dict[str, Any] = {
        "description": "for tests",
        "features": FEATURES,
        "thresholds": {"random_forest": 0.5},
        "metrics": {"recall": {"value": 0.9, "low": 0.8, "high": 0.95, "positives": 10}},
        "libraries": ["polars", "numpy"],
        "training_data": [REPOSITORY / "LICENSE"],
    }
    return write_card(folder, **{**arguments, **changes})


def rewrite(folder: Path, **changes: Any) -> None:
    """Change entries of the card."""
    content = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps({**content, **changes}), encoding="utf-8")


def test_a_card_reads_back_as_written(folder: Path) -> None:
    written = describe(folder)
    assert read_card(folder, FEATURES) == written
    assert written.module == "module2"
    assert written.features == FEATURES
    assert written.files == {
        "codes.json": digest(folder / "codes.json"),
        "forest.npz": digest(folder / "forest.npz"),
    }
    assert written.training_data == {"LICENSE": digest(REPOSITORY / "LICENSE")}
    assert set(written.libraries) == {"numpy", "polars"}


def test_the_same_model_gives_the_same_card_bytes(folder: Path) -> None:
    before = (folder / CARD).read_bytes()
    describe(folder)
    assert (folder / CARD).read_bytes() == before


def test_training_data_outside_the_repository_are_named_without_their_folder(
    folder: Path, tmp_path: Path
) -> None:
    table = tmp_path / "private" / "table.csv"
    table.parent.mkdir()
    table.write_text("a\n")
    describe(folder, training_data=[table])
    assert str(tmp_path) not in (folder / CARD).read_text(encoding="utf-8")
    assert read_card(folder).training_data == {"table.csv": digest(table)}


def test_a_figure_that_is_no_number_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        describe(folder, metrics={"recall": float("nan")})


def test_a_library_that_is_not_installed_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        library_versions(["no-such-distribution"])


@pytest.mark.parametrize("name", ["forest.npz", "codes.json"])
def test_a_changed_byte_is_an_error_that_names_the_file_and_the_remedy(
    folder: Path, name: str
) -> None:
    content = bytearray((folder / name).read_bytes())
    content[0] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name}: differs.*python project.py train module2"):
        read_card(folder)


def test_a_missing_file_is_an_error_that_names_it(folder: Path) -> None:
    (folder / "forest.npz").unlink()
    with pytest.raises(ModelError, match=r"forest\.npz: no such file.*train module2"):
        read_card(folder)


def test_a_missing_card_is_an_error_that_names_it(folder: Path) -> None:
    (folder / CARD).unlink()
    with pytest.raises(ModelError, match=r"card\.json: no such model card.*train module2"):
        read_card(folder)


@pytest.mark.parametrize(
    "features", [("resumed", "avg_size"), ("avg_size",), (*FEATURES, "avg_pkts"), ()]
)
def test_other_features_than_trained_on_are_an_error(
    folder: Path, features: tuple[str, ...]
) -> None:
    with pytest.raises(ModelError, match=r"trained on other features.*train module2"):
        read_card(folder, features)


def test_the_schema_hash_depends_on_names_and_their_order() -> None:
    hashes = {schema_hash(names) for names in (["a", "b"], ["b", "a"], ["ab"], ["a"], [])}
    assert len(hashes) == 5


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'"card"',
        b"\xff\xfe",
        b"\0" * 100,
        b'{"features": null}',
        b'{"features": []}',
        b'{"features": [], "further": 1}',
    ],
)
def test_a_damaged_card_is_an_error_of_one_line(folder: Path, content: bytes) -> None:
    (folder / CARD).write_bytes(content)
    with pytest.raises(ModelError, match=r"unreadable model card.*train module2") as caught:
        read_card(folder)
    assert "\n" not in str(caught.value)


def test_a_card_cut_off_anywhere_is_an_error(folder: Path) -> None:
    whole = (folder / CARD).read_bytes().rstrip()
    for length in range(0, len(whole), 37):
        (folder / CARD).write_bytes(whole[:length])
        with pytest.raises(ModelError):
            read_card(folder)


@pytest.mark.parametrize("files", [None, ["forest.npz"], {"forest.npz": 5}])
def test_files_of_the_wrong_type_are_an_error(folder: Path, files: object) -> None:
    rewrite(folder, files=files)
    with pytest.raises(ModelError):
        read_card(folder)


def test_features_that_do_not_match_their_own_hash_are_an_error(folder: Path) -> None:
    rewrite(folder, features=["resumed", "avg_size"])
    with pytest.raises(ModelError):
        read_card(folder, FEATURES)


def test_a_file_outside_the_folder_is_an_error(folder: Path) -> None:
    (folder.parent / "outside").write_bytes(b"x")
    rewrite(folder, files={"../outside": digest(folder.parent / "outside")})
    with pytest.raises(ModelError):
        read_card(folder)


def test_a_card_nested_too_deep_is_an_error(folder: Path) -> None:
    (folder / CARD).write_text("[" * 100_000)
    with pytest.raises(ModelError):
        read_card(folder)


def test_training_data_of_one_name_are_told_apart_by_their_folders(
    folder: Path, tmp_path: Path
) -> None:
    for name in ("gbdt", "module1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scores.csv").write_text(name)
    describe(folder, training_data=[tmp_path / name / "scores.csv" for name in ("module1", "gbdt")])
    assert list(read_card(folder).training_data) == ["gbdt/scores.csv", "module1/scores.csv"]


def test_what_to_train_names_the_folder_unless_it_is_the_usual_one(tmp_path: Path) -> None:
    assert retrain(MODELS / "gbdt") == "train again with: python project.py train gbdt"
    assert retrain(tmp_path / "gbdt").endswith(f"project.py train gbdt --models {tmp_path}")


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_card_that_names_no_possible_file_gives_one_line(folder: Path, name: str) -> None:
    rewrite(folder, files={name: "0" * 64})
    with pytest.raises(ModelError, match="no name of a file") as caught:
        read_card(folder)
    assert str(caught.value).isprintable()
