from pathlib import Path

import pytest

from training.dataset_folders import (
    DATASET,
    AddressList,
    DatasetError,
    command,
    dataset_folders,
    read_address_list,
)


def test_folders_are_in_order_of_side_and_name(tmp_path: Path) -> None:
    for place in ("Normal/a", "Malicious/b", "Malicious/a", "data_model"):
        (tmp_path / place / "bro").mkdir(parents=True)
    (tmp_path / "Normal" / "note.txt").write_text("no folder")
    found = dataset_folders(tmp_path)
    assert [(each.side, each.name) for each in found] == [
        ("Malicious", "a"),
        ("Malicious", "b"),
        ("Normal", "a"),
    ]
    assert found[0].logs == tmp_path / "Malicious" / "a" / "bro"
    assert found[0].folder == tmp_path / "Malicious" / "a"
    assert found[0].data == tmp_path


def test_the_command_of_a_step_names_the_data_set_as_a_shell_reads_it() -> None:
    assert command("label module2", DATASET) == "python project.py label module2"
    assert command("label module2", Path("my data")) == (
        "python project.py label module2 --data 'my data'"
    )


def test_a_place_without_folders_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="put labelled logs there"):
        dataset_folders(tmp_path / "none")


def test_addresses_are_read_in_canonical_form(tmp_path: Path) -> None:
    path = tmp_path / "IPadr.txt"
    path.write_bytes("\ufeffMALICIOUS\r\n 192.0.2.1 \r\n\r\n2001:DB8:0::1\r\n".encode())
    expected = AddressList("Malicious", frozenset({"192.0.2.1", "2001:db8::1"}))
    assert read_address_list(path) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "first line must be Malicious or Normal"),
        (b"192.0.2.1\n", "first line must be Malicious or Normal"),
        (b"Normal\n\nexample.com\n", "line 3: 'example.com' is no IP address"),
        (b"\xff\xfe\x00", "cannot be read .not UTF-8"),
    ],
)
def test_a_bad_list_is_an_error_that_names_it(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "IPadr.txt"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=rf"IPadr\.txt.*{message}"):
        read_address_list(path)


def test_a_list_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file"):
        read_address_list(tmp_path / "IPadr.txt")
