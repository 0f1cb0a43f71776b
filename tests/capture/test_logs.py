import os
from dataclasses import replace

import polars as pl

from capture.logs import CaptureInfo, Logs, empty_table, merge
from capture.schema import SCHEMAS


def logs(engine: str, capture: str, *times: float | None) -> Logs:
    """Return connections of a capture at these times, read by an engine."""
    rows = [{**dict.fromkeys(SCHEMAS["conn"]), "ts": ts, "uid": capture} for ts in times]
    return Logs(
        pl.DataFrame(rows, schema=SCHEMAS["conn"]),
        *(empty_table(name) for name in ("ssl", "x509", "dns")),
        engine_name=engine,
        engine_version="1",
        captures=(CaptureInfo(capture, "", 1),),
    )


def test_several_captures_are_one_picture_by_time() -> None:
    parts = [logs("zeek", "b", 3.0, None, 1.0), logs("builtin", "a", 2.0), logs("zeek", "c", 1.0)]
    whole = merge(parts)
    assert whole.conn["ts"].to_list() == [1.0, 1.0, 2.0, 3.0, None]
    assert whole.conn["uid"].to_list() == ["b", "c", "a", "b", "b"]
    assert (whole.engine_name, whole.engine_version) == ("builtin + zeek", "1 + 1")
    assert [each.path for each in whole.captures] == ["b", "a", "c"]


def test_a_table_comes_in_parts_after_one_without_rows() -> None:
    whole = logs("zeek", "a", *map(float, range(70_000)))
    first, *parts = whole.batches("conn")
    assert first.is_empty()
    assert first.schema == whole.conn.schema
    assert len(parts) == 2
    assert pl.concat(parts).equals(whole.conn)


def test_engines_of_two_versions_are_both_named() -> None:
    one = logs("zeek", "a", 1.0)
    whole = merge([replace(one, engine_version="2"), one, one])
    assert (whole.engine_name, whole.engine_version) == ("zeek + zeek", "1 + 2")


def test_a_path_that_is_no_utf_8_becomes_text_that_every_output_holds() -> None:
    info = CaptureInfo(os.fsdecode(b"m\xfcll.pcap"), "", 1)
    assert info.path == r"m\xfcll.pcap"


def test_a_path_of_other_letters_stays_as_it_is() -> None:
    assert CaptureInfo("捕获/Größe.pcap", "", 1).path == "捕获/Größe.pcap"
