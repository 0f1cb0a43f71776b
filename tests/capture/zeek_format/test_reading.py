import pytest

from capture.errors import UnreadableInputError
from capture.schema import SCHEMAS
from capture.zeek_format import parse_log

TSV = b"#separator \\x09\n#unset_field\t-\n#fields\tts\tuid\n#types\ttime\tstring\n1.5\tC1\n"
JSON = b'{"ts":1.5,"uid":"C1"}\n'


@pytest.mark.parametrize("content", [TSV, JSON, b"\n" + JSON])
def test_both_forms_give_the_same_table(content: bytes) -> None:
    table = parse_log(content, "conn")
    assert table.row(0)[:2] == (1.5, "C1")
    assert list(table.columns) == list(SCHEMAS["conn"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_empty_file_gives_an_empty_table(name: str) -> None:
    table = parse_log(b"", name)
    assert table.is_empty()
    assert table.schema == SCHEMAS[name]


@pytest.mark.parametrize("name", SCHEMAS)
def test_missing_columns_are_null_with_the_type_of_the_schema(name: str) -> None:
    table = parse_log(b"#fields\tts\n1.0\n", name)
    assert table.schema == SCHEMAS[name]
    assert table.drop("ts").row(0) == (None,) * (len(SCHEMAS[name]) - 1)


@pytest.mark.parametrize("content", [b"hello\n", b"{broken", b"\x00\xff" * 50])
def test_what_is_no_log_is_an_error(content: bytes) -> None:
    with pytest.raises(UnreadableInputError, match="not a Zeek log"):
        parse_log(content, "conn")
