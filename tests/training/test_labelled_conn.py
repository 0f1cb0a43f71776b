from pathlib import Path

import pytest

from training.dataset_folders import DatasetError, DatasetFolder
from training.labelled_conn import read_labelled_conn


def written(root: Path, columns: list[str], *rows: list[str]) -> DatasetFolder:
    folder = DatasetFolder("one", "Malicious", root / "Malicious" / "one" / "bro")
    folder.logs.mkdir(parents=True)
    lines = [
        "#separator \\x09\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn_label",
        "\t".join(["#fields", "uid", *columns]),
        "\t".join(["#types", *["string"] * (len(columns) + 1)]),
        *("\t".join([f"C{number}", *row]) for number, row in enumerate(rows)),
    ]
    (folder.logs / "conn_label.log").write_text("\n".join(lines) + "\n")
    return folder


def test_the_folder_is_the_origin_of_flows_that_tell_none(tmp_path: Path) -> None:
    folder = written(tmp_path, ["label"], ["Malicious"], ["Normal"], ["Background"])
    found = read_labelled_conn(folder).select("label", "capture", "family", "role")
    assert found.rows() == [
        (1, "Malicious__one", "one", ""),
        (0, "Malicious__one", "", ""),
        (None, "Malicious__one", "", ""),
    ]


def test_flows_that_tell_their_origin_are_of_it(tmp_path: Path) -> None:
    columns = ["label", "family", "role", "capture"]
    rows = ["Malicious", "Mine", "c2", "a.pcap"], ["Normal", "(empty)", "-", "a.pcap"]
    found = read_labelled_conn(written(tmp_path, columns, *rows))
    assert found.select("label", "capture", "family", "role").rows() == [
        (1, "a.pcap", "Mine", "c2"),
        (0, "a.pcap", "", ""),
    ]


def test_without_labels_the_command_that_makes_them_is_named(tmp_path: Path) -> None:
    advice = f"python project.py label module2 --data {tmp_path}$"
    folder = written(tmp_path, ["service"], ["ssl"])
    with pytest.raises(DatasetError, match=f"no column label; run again {advice}"):
        read_labelled_conn(folder)
    (folder.logs / "conn_label.log").unlink()
    with pytest.raises(DatasetError, match=f"not there; first run {advice}"):
        read_labelled_conn(folder)
