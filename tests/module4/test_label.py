from pathlib import Path

import polars as pl
import pytest

from capture.errors import UnreadableInputError
from module4.label import Examples, examples_of_captures, examples_of_manifest
from module4.templates import read_templates
from training.manifest import ManifestError

from ..capture.builtin.decode.packet_bytes import tcp, udp
from .small_captures import CLIENT, Packet, write

C2, SITE, UNCLEAR, OTHER = "203.0.113.1", "198.51.100.1", "198.51.100.2", "198.51.100.3"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Return a manifest of an infected host's capture and a harmless one with the same peers."""
    peers = [Packet(n, tcp(b"x"), destination=peer) for n, peer in enumerate((C2, SITE))]
    more = [Packet(n, udp(b"x"), 17, CLIENT, peer) for n, peer in enumerate((UNCLEAR, OTHER))]
    write(tmp_path / "bad" / "one.pcap", [*peers, *more])
    write(tmp_path / "good" / "two.pcap", [*peers[1:], *more])
    (tmp_path / "manifest.csv").write_text(
        "path,label\nbad/one.pcap,malicious\ngood/two.pcap,benign\n", encoding="utf-8"
    )
    lines = ["path,server_ip,server_port,label,role,family"]
    for path in ("bad/one.pcap", "good/two.pcap"):
        lines.append(f"{path},{SITE},443,benign,,")
        lines.append(f"{path},{UNCLEAR},443,ambiguous,,")
    lines.append(f"bad/one.pcap,{C2},443,malicious,c2,Worm")
    lines.append(f"bad/one.pcap,{C2},80,benign,,")
    (tmp_path / "servers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "manifest.csv"


def saved_with_a_mark(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")


def origins(parts: list[pl.DataFrame]) -> list[tuple[str, str, str | None]]:
    rows = pl.concat(parts).select("capture", "server", "family").rows()
    return sorted(rows)


def test_labels_of_conversations(manifest: Path) -> None:
    labelled(examples_of_manifest(manifest, None, read_templates()))


def test_ambiguous_address_is_known_however_it_is_written(tmp_path: Path) -> None:
    frame = Packet(0, udp(b"x"), 17, CLIENT, UNCLEAR)
    write(tmp_path / "a.pcap", [frame])
    (tmp_path / "manifest.csv").write_text("path,label\na.pcap,benign\n", encoding="utf-8")
    servers = tmp_path / "servers.csv"
    lines = ["path,server_ip,server_port,label,role,family", f"a.pcap,{SITE},443,benign,,"]
    servers.write_text("\n".join([*lines, f"a.pcap, {UNCLEAR},443,unclear,,"]), encoding="utf-8")
    found = examples_of_manifest(tmp_path / "manifest.csv", None, read_templates())
    assert [len(part) for part in found.good] == [0]
    servers.write_text("\n".join([*lines, "a.pcap,nobody,443,unclear,,"]), encoding="utf-8")
    found = examples_of_manifest(tmp_path / "manifest.csv", None, read_templates())
    assert [len(part) for part in found.good] == [1]
    servers.write_text("\n".join([*lines, f"a.pcap,{UNCLEAR},443,Benign ,,"]), encoding="utf-8")
    found = examples_of_manifest(tmp_path / "manifest.csv", None, read_templates())
    assert [len(part) for part in found.good] == [1]


def test_labels_of_tables_that_another_program_saved(manifest: Path) -> None:
    saved_with_a_mark(manifest)
    saved_with_a_mark(manifest.with_name("servers.csv"))
    labelled(examples_of_manifest(manifest, None, read_templates()))


def labelled(found: Examples) -> None:
    assert origins(found.bad) == [("bad__one.pcap", C2, "Worm")]
    assert origins(found.good) == [
        ("bad__one.pcap", SITE, None),
        ("good__two.pcap", SITE, None),
        ("good__two.pcap", OTHER, None),
    ]


def test_manifest_that_labels_no_whole_capture(manifest: Path) -> None:
    manifest.write_text("path\nbad/one.pcap\ngood/two.pcap\n", encoding="utf-8")
    found = examples_of_manifest(manifest, manifest.parent / "servers.csv", read_templates())
    assert [server for _, server, _ in origins(found.good)] == [SITE, SITE]


def test_capture_that_cannot_be_read_is_left_out(
    manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (manifest.parent / "good" / "two.pcap").write_bytes(b"")
    found = examples_of_manifest(manifest, None, read_templates())
    assert isinstance(found, Examples)
    assert len(found.bad) == 1
    assert "two.pcap" in capsys.readouterr().err


def test_missing_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"none\.csv"):
        examples_of_manifest(tmp_path / "none.csv", None, read_templates())


@pytest.mark.parametrize(("malicious", "family"), [(True, "one.pcap"), (False, None)])
def test_every_conversation_of_named_captures(
    manifest: Path, malicious: bool, family: str | None
) -> None:
    parts = examples_of_captures(
        [manifest.parent / "bad"], malicious=malicious, templates=read_templates()
    )
    assert origins(parts) == sorted(
        ("one.pcap", server, family) for server in (C2, SITE, UNCLEAR, OTHER)
    )


def test_no_capture(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no capture in"):
        examples_of_captures([tmp_path], malicious=True, templates=read_templates())
