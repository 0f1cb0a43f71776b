import csv
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import jsonschema
import polars as pl
import pytest

import project
from capture import processes
from capture.zeek_format import write_logs
from commands import scan, scan_worker
from commands.scan_worker import Settings
from models.errors import ModelError
from verdict.certificates import CertificateDatabase
from verdict.document_json import from_json

from ..verdict.synthetic import BEACON, BEACON_LEAF, certificate, sample_logs, table

pytestmark = pytest.mark.usefixtures("stub_detectors")
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let threads, which see the stub detectors, do the work of the processes."""

    def take(settings: Settings, _read: object = None) -> None:
        monkeypatch.setattr(scan_worker, "_settings", settings)

    monkeypatch.setattr(processes, "ProcessPoolExecutor", _thread_pool)
    monkeypatch.setattr(processes, "_start", lambda prepare: prepare())
    monkeypatch.setattr(scan, "prepare", take)
    scan_worker.models_of.cache_clear()
    yield
    scan_worker.models_of.cache_clear()


def _thread_pool(workers: int, context: object, **more: object) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, **more)  # type: ignore[arg-type]  # the same options


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """Return a folder with logs, a text that is no capture and an empty file."""
    folder = tmp_path / "captures"
    write_logs(sample_logs(), folder / "office")
    (folder / "text.pcap").write_text("no capture", encoding="utf-8")
    (folder / "empty.pcap").write_bytes(b"")
    return folder


def run(*arguments: object) -> int:
    return project.main(["scan", *map(str, arguments)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_input_gives_a_valid_document(
    captures: Path, tmp_path: Path, repository: Path
) -> None:
    assert run(captures, "--out", tmp_path / "out") == 1
    schema = json.loads((repository / "verdict/document.schema.json").read_text(encoding="utf-8"))
    documents = sorted((tmp_path / "out").glob("*.json"))
    assert [path.name for path in documents] == [
        "empty.pcap.json",
        "office.json",
        "text.pcap.json",
    ]
    for path in documents:
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), schema)


def test_unreadable_capture_says_why_in_its_document(captures: Path, tmp_path: Path) -> None:
    run(captures, "--out", tmp_path / "out")
    text = (tmp_path / "out" / "empty.pcap.json").read_text(encoding="utf-8")
    document = from_json(text)
    assert document.targets == ()
    assert len(document.captures[0].skipped) == 1


def test_name_that_is_no_text_is_written_with_escapes(tmp_path: Path) -> None:
    unreadable = tmp_path / os.fsdecode(b"caf\xe9.pcap")
    unreadable.write_text("no capture\n")
    run(unreadable, "--out", tmp_path / "out")
    (document,) = (tmp_path / "out").glob("*.json")
    (capture,) = from_json(document.read_text(encoding="utf-8")).captures
    assert capture.path.endswith(r"caf\xe9.pcap")


def test_summary_has_a_row_a_capture(captures: Path, tmp_path: Path) -> None:
    run(captures, "--out", tmp_path / "out")
    lines = (tmp_path / "out" / "summary.csv").read_text(encoding="utf-8").splitlines()
    rows = {row["name"]: row for row in csv.DictReader(lines)}
    assert list(rows) == ["empty.pcap", "office", "text.pcap"]
    assert (rows["office"]["verdict"], rows["office"]["worst_server"]) == ("MALICIOUS", BEACON)


def test_second_scan_gives_the_same_bytes(captures: Path, tmp_path: Path) -> None:
    write_logs(sample_logs(), captures / "second")
    run(captures, "--out", tmp_path / "one", "--jobs", 2)
    run(captures, "--out", tmp_path / "two", "--jobs", 1)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_what_is_malicious_is_learned(captures: Path, tmp_path: Path, certificates: Path) -> None:
    run(captures, "--out", tmp_path / "out")
    (entry,) = CertificateDatabase(certificates).entries()
    assert entry.sha256 == BEACON_LEAF


def test_nothing_readable(tmp_path: Path) -> None:
    (tmp_path / "empty.pcap").write_bytes(b"")
    assert run(tmp_path / "empty.pcap", "--out", tmp_path / "out") == 3
    assert (tmp_path / "out" / "empty.pcap.json").exists()


@pytest.mark.usefixtures("quiet")
def test_nothing_readable_is_told_to_the_quiet_too(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "empty.pcap").write_bytes(b"")
    assert run(tmp_path / "empty.pcap", "--out", tmp_path / "out", "-q") == 3
    assert "the file is empty" in capsys.readouterr().err


def test_folder_without_captures(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "nothing").mkdir()
    assert run(tmp_path / "nothing", "--out", tmp_path / "out") == 3
    assert "no capture" in capsys.readouterr().err


def test_servers_of_all_captures_are_ranked_together(
    captures: Path, tmp_path: Path, capsys: Output
) -> None:
    write_logs(sample_logs(), captures / "second")
    assert run(captures, "--out", tmp_path / "out", "--top", 3) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("MALICIOUS") for line in lines) == 2
    assert "  in office" in lines
    assert "  in second" in lines
    assert "6 servers, 2 malicious" in lines
    assert "3 servers more not shown (--top, --min-probability)" in lines


def test_lines_of_json_that_cannot_be_written_are_refused_before_the_work(
    captures: Path, tmp_path: Path
) -> None:
    assert run(captures, "--out", tmp_path / "out", "--jsonl", tmp_path / "no" / "file") == 2
    assert not (tmp_path / "out").exists()


def test_lines_of_json_name_the_capture(captures: Path, tmp_path: Path, capsys: Output) -> None:
    run(captures, "--out", tmp_path / "out", "--jsonl", "-")
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["capture"], row["verdict"]) for row in rows] == [
        ("office", "MALICIOUS"),
        ("office", "NORMAL"),
        ("office", "NORMAL"),
    ]


def test_what_is_allowed_is_neither_malicious_nor_learned(
    captures: Path, tmp_path: Path, certificates: Path
) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text(f"{BEACON}\n", encoding="utf-8")
    assert run(captures, "--out", tmp_path / "out", "--allow", allow) == 0
    assert CertificateDatabase(certificates).entries() == ()


def test_allowed_connection_of_a_server_that_is_not_allowed_is_not_learned(
    captures: Path, tmp_path: Path, certificates: Path
) -> None:
    logs, other = sample_logs(), "d" * 64
    leaves = pl.when(uid="Cb5").then(pl.lit([other])).otherwise("cert_chain_fps")
    x509 = pl.concat([logs.x509, table("x509", [certificate(other, "CN=x", "CN=x")])])
    shown = logs.ssl.with_columns(leaves.alias("cert_chain_fps"))
    write_logs(replace(logs, ssl=shown, x509=x509), captures / "office")
    allow = tmp_path / "allow.txt"
    allow.write_text(f"{BEACON_LEAF}\n", encoding="utf-8")
    assert run(captures, "--out", tmp_path / "out", "--allow", allow) == 1
    assert [entry.sha256 for entry in CertificateDatabase(certificates).entries()] == [other]


def test_interruption_says_what_was_done_and_keeps_it(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    original = scan._outcome

    def interrupted(source, future, settings):
        if source.name == "text.pcap":
            raise KeyboardInterrupt
        return original(source, future, settings)

    monkeypatch.setattr(scan, "_outcome", interrupted)
    out = tmp_path / "out"
    assert run(captures, "--out", out, "--jobs", 1) == 130
    errors = capsys.readouterr().err
    assert "stopped after 2 of 3 inputs; the same command with --resume does the rest" in errors
    assert "wrote 2 documents and summary.csv" in errors
    monkeypatch.setattr(scan, "_outcome", original)
    assert run(captures, "--out", out, "--resume") == 1
    assert (out / "text.pcap.json").exists()


def test_resume_keeps_documents_of_unchanged_captures(
    captures: Path, tmp_path: Path, pcaps: Path
) -> None:
    shutil.copy(pcaps / "beacon.pcap", captures)
    out = tmp_path / "out"
    run(captures, "--out", out)
    whole = contents(out)
    (out / "summary.csv").unlink()
    (out / "office.json").unlink()
    (out / "empty.pcap.json").write_text("cut o", encoding="utf-8")
    kept = (out / "beacon.pcap.json").stat().st_mtime_ns
    assert run(captures, "--out", out, "--resume") == 1
    assert contents(out) == whole
    assert (out / "beacon.pcap.json").stat().st_mtime_ns == kept


def test_resume_analyses_a_changed_capture_again(
    captures: Path, tmp_path: Path, pcaps: Path
) -> None:
    shutil.copy(pcaps / "beacon.pcap", captures / "changed.pcap")
    out = tmp_path / "out"
    run(captures, "--out", out)
    before = (out / "changed.pcap.json").read_bytes()
    shutil.copy(pcaps / "ipv6.pcap", captures / "changed.pcap")
    run(captures, "--out", out, "--resume")
    assert (out / "changed.pcap.json").read_bytes() != before


def test_resume_tries_what_could_not_be_read_again(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "empty.pcap").write_bytes(b"")
    for more in ((), ("--resume",)):
        assert run(tmp_path / "empty.pcap", "--out", tmp_path / "out", *more) == 3
        assert "the file is empty" in capsys.readouterr().err


def test_capture_deep_in_folders_of_long_names(tmp_path: Path, pcaps: Path, capsys: Output) -> None:
    deep = tmp_path.joinpath("in", *(letter * 60 for letter in "abcde"))
    deep.mkdir(parents=True)
    for name in ("one.pcap", "two.pcap"):
        shutil.copy(pcaps / "ipv6.pcap", deep / name)
    out = tmp_path / "out"
    assert run(tmp_path / "in", "--out", out) in (0, 1)
    first = contents(out)
    assert len(first) == 3
    assert run(tmp_path / "in", "--out", out, "--resume") in (0, 1)
    assert contents(out) == first
    assert "wrote 0 documents" in capsys.readouterr().err


def test_what_a_folder_of_logs_taught_is_no_hint_on_it(tmp_path: Path, captures: Path) -> None:
    run(captures / "office", "--out", tmp_path / "one")
    otherwise = captures / ".." / "captures" / "office"
    run(otherwise, "--out", tmp_path / "two")
    again = from_json((tmp_path / "two" / "office.json").read_text(encoding="utf-8"))
    matches = [each.detectors.certificate_database.matches for each in again.targets]
    assert matches == [(), (), ()]


def _failing(error: Exception, monkeypatch: pytest.MonkeyPatch, times: int = 9) -> None:
    """Let the analysis of the capture named text fail so often."""
    original, calls = scan.scan_one, []

    def fail(source):
        if source.name == "text.pcap" and len(calls) < times:
            calls.append(source)
            raise error
        return original(source)

    monkeypatch.setattr(scan, "scan_one", fail)


def test_defect_on_one_capture_ends_no_scan(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    _failing(IndexError("off by\none"), monkeypatch)
    assert run(captures, "--out", tmp_path / "out") == 1
    document = from_json((tmp_path / "out" / "text.pcap.json").read_text(encoding="utf-8"))
    (reason,) = document.captures[0].skipped
    assert reason == "internal error, please report it (IndexError: off by)"
    assert "please report" in capsys.readouterr().err


def test_process_that_died_is_told_in_the_document(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(BrokenProcessPool("a process ended"), monkeypatch)
    assert run(captures, "--out", tmp_path / "out") == 1
    document = from_json((tmp_path / "out" / "text.pcap.json").read_text(encoding="utf-8"))
    assert "BrokenProcessPool" in next(iter(document.captures[0].skipped))


def test_capture_is_tried_again_when_another_killed_the_process(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(BrokenProcessPool("a process ended"), monkeypatch, times=1)
    run(captures, "--out", tmp_path / "out")
    document = from_json((tmp_path / "out" / "text.pcap.json").read_text(encoding="utf-8"))
    assert "BrokenProcessPool" not in next(iter(document.captures[0].skipped))


def test_broken_model_ends_the_scan(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def broken(folder: Path) -> None:
        raise ModelError("models/gbdt: differs from its card")

    monkeypatch.setattr("verdict.scoring.load_models", broken)
    assert run(captures, "--out", tmp_path / "out") == 4
    assert "differs from its card" in capsys.readouterr().err


def test_folder_that_cannot_be_made(captures: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert run(captures, "--out", tmp_path / "file" / "out") == 2
