import gzip
import hashlib
from pathlib import Path

import pytest
import zstandard

from capture.errors import UnreadableInputError
from capture.zeek_folder import find_log_files, holds_logs, read_folder
from capture.zeek_format.parsed import CUT_LINE


def conn(*rows: tuple[float, str]) -> bytes:
    lines = ["#fields\tts\tuid", *(f"{time}\t{uid}" for time, uid in rows)]
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize(
    "name",
    [
        "conn.log",
        "conn.2026-11-21-00-00-00.log",
        "conn.00:00:00-01:00:00.log",
        "conn_20261121_00:00:00-01:00:00+0000.log",
    ],
)
@pytest.mark.parametrize("compress", [None, gzip.compress, zstandard.compress])
def test_plain_rotated_and_compressed(tmp_path: Path, name: str, compress: object) -> None:
    content = conn((1.0, "C1"))
    if callable(compress):
        suffix = ".gz" if compress is gzip.compress else ".zst"
        (tmp_path / (name + suffix)).write_bytes(compress(content))
    else:
        (tmp_path / name).write_bytes(content)
    assert holds_logs(tmp_path)
    assert read_folder(tmp_path).conn["uid"].to_list() == ["C1"]


@pytest.mark.parametrize(
    "name", ["conn_label.log", "labeled-conn.log", "conn.log.bak", "http.log", "conn-summary.log"]
)
def test_other_files_are_no_logs_to_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(conn((1.0, "C1")))
    assert find_log_files(tmp_path) == {}
    assert not holds_logs(tmp_path)


def test_parts_are_put_together_in_time_order(tmp_path: Path) -> None:
    (tmp_path / "conn.2026-11-21-01-00-00.log").write_bytes(conn((5.0, "C5"), (4.0, "C4")))
    (tmp_path / "conn.2026-11-21-00-00-00.log.gz").write_bytes(gzip.compress(conn((9.0, "C9"))))
    logs = read_folder(tmp_path)
    assert logs.conn["uid"].to_list() == ["C4", "C5", "C9"]
    assert (logs.captures[0].first_ts, logs.captures[0].last_ts) == (4.0, 9.0)


def test_compressed_copy_of_a_plain_log_counts_once(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(conn((1.0, "C1")))
    (tmp_path / "conn.log.gz").write_bytes(gzip.compress(conn((1.0, "C1"))))
    assert read_folder(tmp_path).conn.height == 1


def test_logs_that_are_not_there_are_empty(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(conn((1.0, "C1")))
    logs = read_folder(tmp_path)
    assert logs.ssl.is_empty()
    assert logs.x509.is_empty()
    assert logs.dns.is_empty()
    assert (logs.engine_name, logs.engine_version) == ("zeek logs", "unknown")


def test_capture_info_counts_what_was_skipped(tmp_path: Path) -> None:
    content = conn((1.0, "C1"))
    (tmp_path / "conn.log").write_bytes(content + b"2.0")
    (tmp_path / "dns.log.gz").write_bytes(gzip.compress(conn((1.0, "C1")))[:-12])
    info = read_folder(tmp_path).captures[0]
    assert info.path == str(tmp_path)
    assert info.packets is None
    assert info.skipped[CUT_LINE] >= 1
    assert info.skipped["compressed data damaged or cut off"] == 1


def test_digest_is_of_the_bytes_in_name_order(tmp_path: Path) -> None:
    (tmp_path / "ssl.log").write_bytes(b"#fields\tts\n2\n")
    (tmp_path / "conn.log").write_bytes(conn((1.0, "C1")))
    whole = conn((1.0, "C1")) + b"#fields\tts\n2\n"
    assert read_folder(tmp_path).captures[0].sha256 == hashlib.sha256(whole).hexdigest()


def test_empty_log_file_gives_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(b"")
    (tmp_path / "ssl.log.gz").write_bytes(b"")
    assert read_folder(tmp_path).conn.is_empty()


def test_folder_without_logs_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="name a folder of Zeek logs"):
        read_folder(tmp_path)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="nowhere"):
        read_folder(tmp_path / "nowhere")


def test_file_that_is_no_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(b"hello\n")
    with pytest.raises(UnreadableInputError, match=r"conn\.log: not a Zeek log"):
        read_folder(tmp_path)


def test_chains_join_with_certificates_in_shared_logs(shared_data: Path) -> None:
    folders = sorted((shared_data / "logs").glob("*/*/bro"))
    assert folders
    for folder in folders:
        logs = read_folder(folder)
        leaves = set(logs.ssl["cert_chain_fps"].list.first().drop_nulls())
        described = leaves & set(logs.x509["fingerprint"])
        assert len(described) >= 0.6 * len(leaves), folder
        assert not logs.captures[0].skipped
