import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from module1.word_vectors import DIMENSIONS, WordVectors, words

SENTENCES = [["example", "trust", "ca", f"site{number % 5}"] for number in range(40)]
SCRIPT = """
import sys
from pathlib import Path
from module1.word_vectors import WordVectors
sentences = [["example", "trust", "ca", f"site{number % 5}"] for number in range(40)]
WordVectors.fit(sentences).save(Path(sys.argv[1]))
"""


def test_words_are_lower_case_runs_of_letters_and_digits() -> None:
    assert words("O=A-B Ltd., CN=www.Ex_ample.com") == [
        *("o", "a", "b", "ltd"),
        *("cn", "www", "ex", "ample", "com"),
    ]


def test_rare_words_have_no_vector() -> None:
    vectors = WordVectors.fit([*SENTENCES, ["seen", "twice"], ["seen", "twice"]])
    assert set(vectors.vocabulary) == {"example", "trust", "ca", *(f"site{n}" for n in range(5))}
    assert vectors.vectors.shape == (8, DIMENSIONS)


def test_a_text_is_the_mean_of_its_known_words() -> None:
    vectors = WordVectors(("a", "b"), np.array([[1.0] * 8, [3.0] * 8], np.float32))
    found = vectors.mean(["A.b", "b, unknown", "unknown", None, ""])
    assert found[:2].tolist() == [[2.0] * 8, [3.0] * 8]
    assert np.isnan(found[2:]).all()


@pytest.mark.parametrize("sentences", [[], [[]], [["once"]]])
def test_nothing_frequent_gives_no_vectors(sentences: list[list[str]], tmp_path: Path) -> None:
    vectors = WordVectors.fit(sentences)
    vectors.save(tmp_path / "v.npz")
    for each in (vectors, WordVectors.load(tmp_path / "v.npz")):
        assert np.isnan(each.mean(["once"])).all()


def test_saved_vectors_load_again(tmp_path: Path) -> None:
    vectors = WordVectors.fit(SENTENCES)
    vectors.save(tmp_path / "v.npz")
    loaded = WordVectors.load(tmp_path / "v.npz")
    assert loaded.vocabulary == vectors.vocabulary
    assert np.array_equal(loaded.vectors, vectors.vectors)


def test_processes_with_other_hash_seeds_write_the_same_bytes(
    tmp_path: Path, repository: Path
) -> None:
    digests = set()
    for seed in ("0", "1"):
        path = tmp_path / f"{seed}.npz"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SCRIPT, str(path)]
        subprocess.run(command, check=True, env=environment, cwd=repository)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
def test_another_file_is_a_model_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "v.npz").write_bytes(content)
    with pytest.raises(ModelError, match="no word vectors"):
        WordVectors.load(tmp_path / "v.npz")
