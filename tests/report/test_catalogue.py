import gettext
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.catalogue import compiled, main, messages
from report.language import FOLDER

CATALOGUES = sorted(FOLDER.rglob("*.po"))
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_compiled_catalogue_agrees_with_its_source(path: Path) -> None:
    """After a change of a .po file: make translations."""
    expected = compiled(messages(path.read_text(encoding="utf-8")))
    assert path.with_suffix(".mo").read_bytes() == expected


def test_there_is_a_catalogue_of_chinese() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == ["zh"]


@given(st.dictionaries(st.text(min_size=1).filter(lambda text: "\0" not in text), st.text()))
def test_gettext_reads_what_is_compiled(translations: dict[str, str]) -> None:
    known = {
        message: text
        for message, text in translations.items()
        if _is_text(message) and _is_text(text) and "\0" not in text
    }
    header = {"": "Content-Type: text/plain; charset=UTF-8\n"}
    catalogue = gettext.GNUTranslations(io.BytesIO(compiled({**header, **known})))
    for message, text in known.items():
        assert catalogue.gettext(message) == (text or message)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def test_long_messages_go_over_several_lines() -> None:
    text = f'{HEADER}\n# a comment\nmsgid "one "\n"two"\nmsgstr "eins "\n"\\"zwei\\""\n'
    assert messages(text)["one two"] == 'eins "zwei"'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('msgstr "x"\n', "line 1: no msgid before it"),
        ('"x"\n', "line 1: no msgid before it"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "line 5: 'a' is translated twice"),
        ("msgid a\n", "line 1: no text in quotes"),
        ("what is this\n", "line 1: no text in quotes"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        messages(text)


def test_command_writes_beside_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("report.catalogue.FOLDER", tmp_path)
    source = tmp_path / "de" / "detector.po"
    source.parent.mkdir()
    source.write_text(f'{HEADER}\nmsgid "a"\nmsgstr "b"\n', encoding="utf-8")
    assert main() == 0
    with source.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("a") == "b"
    source.write_text("nonsense\n", encoding="utf-8")
    assert main() == 1
    assert "detector.po: line 1" in capsys.readouterr().err
