import gzip
from pathlib import Path

import pytest

from capture.errors import UnreadableInputError
from training.inputs import read_input
from training.manifest import Kind, LabelledInput
from training.tables import TableError


def labelled(path: Path, kind: Kind) -> LabelledInput:
    return LabelledInput(path.name, path, kind, {})


def test_a_capture_is_read_by_the_builtin_engine(pcaps: Path) -> None:
    logs = read_input(labelled(pcaps / "ipv6.pcap", "capture"))
    assert logs.engine_name == "builtin"
    assert logs.ssl.height > 0


def test_a_folder_of_logs_is_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "ssl.log").write_text('{"ts":1.5,"uid":"C1","version":"TLSv12"}\n')
    assert read_input(labelled(tmp_path, "logs")).ssl["version"].to_list() == ["TLSv12"]


def test_a_table_of_tls_records_is_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "tls.csv.gz"
    path.write_bytes(gzip.compress(b"a\n1\n"))
    with pytest.raises(TableError, match="no column timestamp"):
        read_input(labelled(path, "table"))


def test_an_input_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        read_input(labelled(tmp_path / "none.pcap", "capture"))
