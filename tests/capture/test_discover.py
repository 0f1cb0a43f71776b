import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from capture.discover import find_inputs, looks_like_capture, refuse_pipes
from capture.errors import UnreadableInputError
from tests.capture.capture_bytes import dns_query_capture

CAPTURE = dns_query_capture()
PCAPNG = b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0" + b"\xff" * 8 + b"\x1c\0\0\0"


def put(path: Path, content: bytes = CAPTURE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def found(*paths: Path, recursive: bool = True) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in find_inputs(paths, recursive=recursive)]


@pytest.mark.parametrize("content", [CAPTURE, PCAPNG])
@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstandard.compress])
def test_captures_are_told_by_content_also_compressed(content: bytes, compress: object) -> None:
    assert callable(compress)
    assert looks_like_capture(compress(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello world, this is text",
        gzip.compress(b"text", mtime=0),
        b"\x1f\x8b\xff",
        CAPTURE[:9],
    ],
)
def test_other_content_is_no_capture(content: bytes) -> None:
    assert not looks_like_capture(content)


def test_folder_is_searched_for_captures_and_logs(tmp_path: Path) -> None:
    put(tmp_path / "b.bin")
    put(tmp_path / "deep" / "er" / "a.pcap.gz", gzip.compress(CAPTURE))
    put(tmp_path / "sensor" / "conn.log", b"")
    put(tmp_path / "notes.txt", b"nothing")
    assert found(tmp_path) == [
        ("capture", "b.bin"),
        ("capture", "deep__er__a.pcap.gz"),
        ("logs", "sensor"),
    ]


def test_folders_within_are_left_alone_on_demand(tmp_path: Path) -> None:
    put(tmp_path / "a.pcap")
    put(tmp_path / "deep" / "b.pcap")
    assert found(tmp_path, recursive=False) == [("capture", "a.pcap")]


def test_broken_files_named_like_captures_are_found(tmp_path: Path) -> None:
    put(tmp_path / "empty.pcap", b"")
    put(tmp_path / "text.PCAPNG.gz", b"text")
    names = ["empty.pcap", "text.PCAPNG.gz", "x.cap.zst", "y.ntar", "z.pcap.gz"]
    for name in names:
        put(tmp_path / name, b"text")
    put(tmp_path / "notes.pcap.txt", b"text")
    assert found(tmp_path) == [("capture", name) for name in names]


def test_path_of_a_file_is_a_capture_whatever_it_holds(tmp_path: Path) -> None:
    text = put(tmp_path / "notes.txt", b"nothing")
    assert found(text, tmp_path / "nowhere") == [("capture", "notes.txt"), ("capture", "nowhere")]


def test_path_of_a_log_folder_is_named_after_it(tmp_path: Path) -> None:
    put(tmp_path / "sensor" / "ssl.log", b"")
    assert found(tmp_path / "sensor") == [("logs", "sensor")]


def test_the_same_file_counts_once(tmp_path: Path) -> None:
    path = put(tmp_path / "a.pcap")
    (tmp_path / "link.pcap").symlink_to(path)
    assert found(path, tmp_path, tmp_path / "." / "a.pcap") == [("capture", "a.pcap")]


@pytest.mark.parametrize("link", ["a/link.pcap", "a/x/link.pcap", "b.pcap"])
def test_a_file_is_named_after_itself_and_not_after_a_link_before_it(
    tmp_path: Path, link: str
) -> None:
    path = put(tmp_path / "b" / "x.pcap")
    (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(path)
    assert found(tmp_path) == [("capture", "b__x.pcap")]


def test_names_are_never_the_same(tmp_path: Path) -> None:
    put(tmp_path / "x" / "a.pcap")
    put(tmp_path / "y" / "a.pcap", CAPTURE + b"\0")
    put(tmp_path / "z" / "a.pcap", CAPTURE + b"\0\0")
    names = [name for _, name in found(tmp_path / "x", tmp_path / "y", tmp_path / "z")]
    assert names == ["a.pcap", "a.pcap-2", "a.pcap-3"]


def test_hidden_folders_and_virtual_environments_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / ".hidden" / "a.pcap")
    put(tmp_path / "environment" / "a.pcap")
    put(tmp_path / "environment" / "pyvenv.cfg", b"")
    put(tmp_path / "other" / "a.pcap")
    assert found(tmp_path) == [("capture", "other__a.pcap")]


def test_folder_links_cannot_make_a_loop(tmp_path: Path) -> None:
    put(tmp_path / "a.pcap")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert found(tmp_path) == [("capture", "a.pcap")]


def test_link_to_itself_is_an_input_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").symlink_to(tmp_path / "a.pcap")
    assert found(tmp_path) == [("capture", "a.pcap")]


def test_a_pipe_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pcap")
    assert found(tmp_path) == []


def test_a_pipe_is_refused_where_it_would_be_read_again(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.pcap"
    os.mkfifo(pipe)
    refuse_pipes(find_inputs([put(tmp_path / "a.pcap"), tmp_path / "missing.pcap"]))
    with pytest.raises(UnreadableInputError, match="read only once"):
        refuse_pipes(find_inputs([pipe]))


def test_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert find_inputs([tmp_path]) == []


def test_a_folder_that_may_not_be_entered_does_not_stop_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "open" / "a.pcap")
    closed = tmp_path / "closed"
    closed.mkdir()
    exists, iterdir = Path.exists, Path.iterdir

    def refused(path: Path) -> bool:
        if closed in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    def unlisted(path: Path) -> Iterator[Path]:
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "exists", refused)
    monkeypatch.setattr(Path, "iterdir", unlisted)
    assert ("capture", "open__a.pcap") in found(tmp_path)
    assert ("logs", "closed") in found(tmp_path)  # reading it says why it cannot be read


@pytest.mark.parametrize("letter", ["a", "\u00e9", os.fsdecode(b"\xe9")])
def test_long_names_are_cut_and_stay_distinct(tmp_path: Path, letter: str) -> None:
    deep = tmp_path.joinpath(*[letter * 50] * 6)
    put(deep / "one.pcap")
    put(deep / "two.pcap")
    names = [name for _, name in found(tmp_path)]
    assert len(set(names)) == 2
    assert all(len(os.fsencode(name)) <= 200 for name in names)
    assert names == [name for _, name in found(tmp_path)]
