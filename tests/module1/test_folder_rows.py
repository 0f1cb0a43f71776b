from pathlib import Path

import pytest

from capture.zeek_format import write_logs
from module1.folder_rows import rows_of_folder
from tests.module1.synthetic import one_of_each
from training.dataset_folders import DatasetError, DatasetFolder

HEADER = (
    "#separator \\x09\n#path\tconn_label\n#fields\tts\tuid\tlabel\n#types\ttime\tstring\tstring\n"
)


def labelled_folder(root: Path, side: str, labels: dict[str, str]) -> DatasetFolder:
    folder = root / side / "one" / "bro"
    write_logs(one_of_each(), folder)
    lines = [f"1000.0\t{uid}\t{label}\n" for uid, label in labels.items()]
    (folder / "conn_label.log").write_text(HEADER + "".join(lines))
    return DatasetFolder("one", side, folder)


def test_each_connection_has_its_own_label(tmp_path: Path) -> None:
    labels = {"C1": "Malicious", "C2": "Normal", "C3": "Background"}
    rows = rows_of_folder(labelled_folder(tmp_path, "Malicious", labels))
    assert rows.select("eventId", "label", "capture", "family").rows() == [
        ("C1", 1, "Malicious__one", "one"),
        ("C2", 0, "Malicious__one", ""),
    ]


def test_a_folder_of_background_is_an_error(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path, "Normal", {"C1": "Background", "other": "Normal"})
    with pytest.raises(DatasetError, match="so no rows"):
        rows_of_folder(folder)


def test_a_log_without_labels_is_an_error(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path, "Normal", {})
    log = folder.logs / "conn_label.log"
    log.write_bytes((folder.logs / "conn.log").read_bytes())
    advice = f"no column label; run again python project.py label module2 --data {tmp_path}$"
    with pytest.raises(DatasetError, match=advice):
        rows_of_folder(folder)


@pytest.mark.parametrize("listed", ["10.0.0.5", "203.0.113.9\n192.0.2.1"])
def test_without_labelled_log_the_listed_clients_and_servers_count(
    listed: str, tmp_path: Path
) -> None:
    folder = tmp_path / "Normal" / "one" / "bro"
    write_logs(one_of_each(), folder)
    (folder / "IPadr.txt").write_text(f"malicious\n{listed}\n")
    assert rows_of_folder(DatasetFolder("one", "Normal", folder))["label"].to_list() == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Malicious\n192.0.2.1\n", "so no rows"),
        ("203.0.113.9\n", "first line"),
        ("", "first line"),
        ("Normal\n203.0.113\n", "'203.0.113' is no IP address"),
        (None, "cannot be read"),
    ],
)
def test_a_list_that_labels_nothing_is_an_error(
    text: str | None, reason: str, tmp_path: Path
) -> None:
    folder = tmp_path / "Normal" / "one" / "bro"
    write_logs(one_of_each(), folder)
    if text is not None:
        (folder / "IPadr.txt").write_text(text)
    with pytest.raises(DatasetError, match=reason):
        rows_of_folder(DatasetFolder("one", "Normal", folder))
