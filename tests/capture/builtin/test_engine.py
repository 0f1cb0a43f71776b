"""A capture file to Zeek's tables."""

from __future__ import annotations

import gc
import gzip
import hashlib
from pathlib import Path

import polars as pl
import pytest

from capture.builtin.engine import analyse, analysis
from capture.errors import UnreadableInputError
from capture.schema import SCHEMAS
from capture.zeek_format import parse_log

# Small captures of many kinds: every state, reordering, loss, cut-off packets, tunnels, odd flags.
LARGEST = 60_000
IDENTITY = ["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto"]
FIELDS = ("duration", "orig_bytes", "resp_bytes", "conn_state", "missed_bytes", "history")


def samples(pcaps: Path) -> list[Path]:
    return sorted(path for path in pcaps.iterdir() if path.suffix in (".pcap", ".pcapng"))


def test_a_sample_capture_gives_every_table(pcaps: Path) -> None:
    logs = analyse(pcaps / "browsing.pcap")
    for name, schema in SCHEMAS.items():
        assert dict(logs.table(name).schema) == schema
        assert logs.table(name).height > 0
    assert logs.engine_name == "builtin"


def test_what_was_read_is_recorded(pcaps: Path) -> None:
    path = samples(pcaps)[0]
    (info,) = analyse(path).captures
    assert info.path == str(path)
    assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert info.packets is not None
    assert info.packets > 0
    assert info.first_ts is not None
    assert info.last_ts is not None
    assert info.first_ts <= info.last_ts


def test_a_capture_that_need_not_be_identified_has_no_digest(pcaps: Path) -> None:
    with analysis(pcaps / "beacon.pcap", identify=False) as found:
        (info,) = found.captures
    assert (info.sha256, info.packets) == ("", analyse(pcaps / "beacon.pcap").captures[0].packets)


def test_the_same_capture_gives_the_same_tables(pcaps: Path) -> None:
    path = pcaps / "browsing.pcap"
    first, second = analyse(path), analyse(path)
    for name in SCHEMAS:
        assert first.table(name).equals(second.table(name))


def test_progress_is_reported(pcaps: Path) -> None:
    seen: list[int] = []
    path = pcaps / "browsing.pcap"
    analyse(path, progress=seen.append)
    assert seen[-1] == path.stat().st_size


def test_progress_of_a_compressed_capture_is_in_compressed_bytes(
    pcaps: Path, tmp_path: Path
) -> None:
    path = tmp_path / "browsing.pcap.gz"
    path.write_bytes(gzip.compress((pcaps / "browsing.pcap").read_bytes()))
    seen: list[int] = []
    analyse(path, progress=seen.append)
    assert seen[-1] == path.stat().st_size


def test_garbage_collection_is_as_before(pcaps: Path, tmp_path: Path) -> None:
    before = gc.get_threshold()
    analyse(pcaps / "browsing.pcap")
    assert gc.get_threshold() == before
    with pytest.raises(UnreadableInputError):
        analyse(tmp_path / "missing.pcap")
    assert gc.get_threshold() == before


def test_rows_of_all_tables_belong_to_connections(pcaps: Path) -> None:
    for path in samples(pcaps):
        logs = analyse(path)
        known = set(logs.conn["uid"].to_list())
        assert set(logs.ssl["uid"].to_list()) <= known
        assert set(logs.dns["uid"].to_list()) <= known


def test_no_capture_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "text.pcap"
    path.write_text("no capture at all, only text")
    with pytest.raises(UnreadableInputError):
        analyse(path)


def test_connections_are_as_zeek_logs_them(shared_data: Path) -> None:
    matched = agreeing = expected = found = 0
    for folder in sorted((shared_data / "zeek-reference").iterdir()):
        path = _capture_of(folder.name, shared_data / "pcaps")
        if path is None or path.stat().st_size > LARGEST or not (folder / "conn.log").exists():
            continue
        reference = _numbered(parse_log((folder / "conn.log").read_bytes(), "conn"))
        ours = _numbered(analyse(path).conn)
        expected += reference.height
        found += ours.height
        both = reference.join(ours, on=[*IDENTITY, "occurrence"], suffix="_ours")
        matched += both.height
        for field in FIELDS:
            pair = both.select(field, f"{field}_ours").rows()
            agreeing += sum(_agree(zeek, own) for zeek, own in pair)
    assert expected > 500
    assert matched / expected > 0.97
    assert matched / found > 0.97
    assert agreeing / (matched * len(FIELDS)) > 0.99


def _numbered(conn: pl.DataFrame) -> pl.DataFrame:
    """Number the connections of equal addresses and ports by time."""
    occurrence = pl.int_range(pl.len()).over(IDENTITY).alias("occurrence")
    return conn.sort("ts", maintain_order=True).with_columns(occurrence)


def _capture_of(name: str, pcaps: Path) -> Path | None:
    path = pcaps / name.replace("__", "/")
    if path.is_file():
        return path
    candidates = [path for path in pcaps.rglob("*") if path.is_file()]
    names = {str(path.relative_to(pcaps)).replace("/", "__"): path for path in candidates}
    return names.get(name)


def _agree(zeek: object, own: object) -> bool:
    if isinstance(zeek, float) and isinstance(own, float):
        return abs(zeek - own) <= 0.001
    return zeek == own


def test_a_compressed_capture_may_not_expand_beyond_the_limit(pcaps: Path, tmp_path: Path) -> None:
    path = tmp_path / "browsing.pcap.gz"
    content = (pcaps / "browsing.pcap").read_bytes()
    path.write_bytes(gzip.compress(content))
    assert analyse(path, decompressed_limit=len(content)).captures[0].packets
    with pytest.raises(UnreadableInputError, match="expands to more than"):
        analyse(path, decompressed_limit=len(content) - 1)
