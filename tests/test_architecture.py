"""Holds the rules of the house: who may import whom, what files look like, where tests are."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

REPOSITORY: Final = Path(__file__).resolve().parent.parent

# What each room may import besides itself; a room that is not here may not exist.
ALLOWED_IMPORTS: Final[dict[str, frozenset[str]]] = {
    "capture": frozenset(),
    "knowledge": frozenset({"capture"}),
    "models": frozenset(),
    "training": frozenset({"capture", "models"}),
    **dict.fromkeys(
        ("module1", "module2", "module3", "module4"),
        frozenset({"capture", "knowledge", "models", "training"}),
    ),
}
_MODULES: Final = frozenset(ALLOWED_IMPORTS)
ALLOWED_IMPORTS["verdict"] = _MODULES
ALLOWED_IMPORTS["report"] = _MODULES | {"verdict"}
ALLOWED_IMPORTS["evaluation"] = _MODULES | {"verdict"}
ALLOWED_IMPORTS["commands"] = _MODULES | {"verdict", "report", "evaluation"}
ALLOWED_IMPORTS["web"] = _MODULES | {"verdict", "report", "evaluation", "commands"}
ALLOWED_IMPORTS["project"] = _MODULES | {"verdict", "report", "evaluation", "commands", "web"}
ALLOWED_IMPORTS["pcaps"] = frozenset()
ALLOWED_IMPORTS["bench"] = frozenset(ALLOWED_IMPORTS)
ALLOWED_IMPORTS["fuzz"] = frozenset(ALLOWED_IMPORTS) - {"bench"}

FORBIDDEN_NAMES: Final = frozenset(
    {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
)
UNPICKLING_MODULES: Final = frozenset({"pickle", "dill", "cloudpickle", "marshal", "shelve"})
# Classes and modules whose ``load`` unpickles.
UNPICKLING_LOADERS: Final = frozenset({"joblib", "Word2Vec", "KeyedVectors", "FastText"})
LONGEST_FILE: Final = 400
LONGEST_FUNCTION: Final = 60
# Tests of the repository as a whole, which have no source file of their own name.
TESTS_OF_THE_WHOLE: Final = frozenset(
    {
        "tests/test_architecture.py",
        "tests/test_documentation.py",
        "tests/test_examples.py",
        "tests/test_readme.py",
        "tests/pcaps/test_samples.py",  # the committed captures, not code
        "tests/hostile/test_captures.py",  # the engine as a whole against captures made to harm
    }
)


def python_files(root: Path) -> list[Path]:
    """Return the Python files of the project, relative to its root, hidden folders left out."""
    files = (path.relative_to(root) for path in root.rglob("*.py"))
    return sorted(path for path in files if not any(part.startswith(".") for part in path.parts))


FILES: Final = python_files(REPOSITORY)
SOURCES: Final = [path for path in FILES if path.parts[0] != "tests"]
TESTS: Final = [path for path in FILES if path.name.startswith("test_")]


def text_of(path: Path) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


@functools.cache
def parse(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


def room_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def imported_modules(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted name of each imported module, wherever in the file it is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def forbidden_imports(room: str, tree: ast.Module) -> list[str]:
    """Return the imports that the room may not have: of rooms to its right, and relative ones."""
    rooms = frozenset(ALLOWED_IMPORTS) | {"tests"}
    allowed = ALLOWED_IMPORTS[room] | {room}
    return [
        name
        for name in imported_modules(tree)
        if name.startswith(".") or (name.split(".")[0] in rooms - allowed)
    ]


def unpickling(tree: ast.Module) -> list[str]:
    """Return what in the file could run code that is hidden in data."""
    found = [name for name in imported_modules(tree) if name.split(".")[0] in UNPICKLING_MODULES]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in UNPICKLING_LOADERS:
            found += [f"{node.module}.load" for alias in node.names if alias.name == "load"]
        elif isinstance(node, ast.Attribute) and node.attr == "load":
            if isinstance(node.value, ast.Name | ast.Attribute):
                owner = ast.unparse(node.value).split(".")[-1]
                found += [f"{owner}.load"] if owner in UNPICKLING_LOADERS else []
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found += ["allow_pickle"] if ast.unparse(node.value) != "False" else []
    return found


def long_functions(tree: ast.Module, most: int) -> list[str]:
    """Return the functions of more than ``most`` lines, docstring included."""
    return [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > most
    ]


def subjects_of(path: Path) -> list[Path]:
    """Return the source file and the folder that a test file may be about."""
    subject = Path(*path.parts[1:]).with_name(path.name.removeprefix("test_"))
    command = subject.with_name(f"__{subject.name.removesuffix('.py')}__.py")
    return [subject, command, subject.with_suffix("")]


def test_every_room_has_a_place_in_the_order() -> None:
    assert {room_of(path) for path in SOURCES} <= set(ALLOWED_IMPORTS)


def test_a_room_imports_only_from_rooms_to_its_left() -> None:
    found = {str(path): forbidden_imports(room_of(path), parse(path)) for path in SOURCES}
    assert not {path: imports for path, imports in found.items() if imports}


def test_nothing_is_unpickled() -> None:
    found = {str(path): unpickling(parse(path)) for path in SOURCES}
    assert not {path: names for path, names in found.items() if names}


def test_files_are_short() -> None:
    lengths = {str(path): text_of(path).count("\n") for path in FILES}
    assert not {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}


def test_functions_are_short() -> None:
    found = {str(path): long_functions(parse(path), LONGEST_FUNCTION) for path in SOURCES}
    assert not {path: functions for path, functions in found.items() if functions}


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    parts = {part for path in FILES for part in path.with_suffix("").parts}
    assert not FORBIDDEN_NAMES & parts


def test_every_test_file_is_where_its_source_is() -> None:
    mirrored = [path for path in TESTS if str(path) not in TESTS_OF_THE_WHOLE]
    assert not [
        str(path)
        for path in mirrored
        if path.parts[0] != "tests"
        or not any((REPOSITORY / subject).exists() for subject in subjects_of(path))
    ]


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in TESTS}
    assert not [str(path) for path in folders if not (REPOSITORY / path / "__init__.py").is_file()]


def test_the_walk_finds_the_project_and_leaves_the_environment_out() -> None:
    assert Path("capture/schema.py") in SOURCES
    assert Path("tests/test_architecture.py") in TESTS
    assert not any("site-packages" in path.parts for path in FILES)


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("capture", "import module2.features"),
        ("capture", "from training import folds"),
        ("capture", "def late():\n    from models.card import read_card"),
        ("models", "import capture"),
        ("training", "import module1"),
        ("module1", "from module2.features import rows"),
        ("module2", "if True:\n    import verdict.final"),
        ("verdict", "import report.console"),
        ("report", "import commands"),
        ("module1", "from pcaps.generate import network"),
        ("project", "import bench"),
        ("bench", "import fuzz.mutation"),
        ("pcaps", "import capture.logs"),
        ("capture", "from . import schema"),
        ("report", "import tests.conftest"),
    ],
)
def test_an_import_from_the_right_is_found(room: str, code: str) -> None:
    assert len(forbidden_imports(room, ast.parse(code))) == 1


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("module2", "import capture.logs, models.card\nfrom training.folds import groups"),
        ("module1", "import numpy\nfrom module1.features import rows"),
        ("project", "import web.server\nimport commands.detect"),
        ("bench", "from pcaps.generate import network"),
        ("fuzz", "from pcaps.generate import network\nimport verdict.assess"),
    ],
)
def test_an_import_from_the_left_is_allowed(room: str, code: str) -> None:
    assert forbidden_imports(room, ast.parse(code)) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib\njoblib.load(path)",
        "from joblib import load",
        "import numpy as np\nnp.load(path, allow_pickle=True)",
        "import gensim\ngensim.models.KeyedVectors.load(path)",
    ],
)
def test_unpickling_is_found(code: str) -> None:
    assert len(unpickling(ast.parse(code))) == 1


def test_loading_of_harmless_formats_is_allowed() -> None:
    code = "import json, joblib\njson.load(file)\nnp.load(path, allow_pickle=False)\njoblib.hash(1)"
    assert unpickling(ast.parse(code)) == []


def test_a_long_function_is_found_wherever_it_is() -> None:
    body = "        pass\n" * 3
    code = f"class One:\n    def short(self):\n        pass\n    def long(self):\n{body}"
    assert long_functions(ast.parse(code), 3) == ["long: 4 lines"]


def test_a_test_file_mirrors_a_file_a_command_or_a_folder() -> None:
    assert subjects_of(Path("tests/capture/builtin/test_x.py")) == [
        Path("capture/builtin/x.py"),
        Path("capture/builtin/__x__.py"),
        Path("capture/builtin/x"),
    ]
