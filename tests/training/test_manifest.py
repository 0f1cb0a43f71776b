from pathlib import Path

import pytest

from training.manifest import ManifestError, ServerLabel, read_labelled

SERVERS = "path,server_ip,server_port,label,role,family\n"


def write(folder: Path, files: str, servers: str) -> Path:
    (folder / "manifest.csv").write_text("path,label\n" + files)
    (folder / "servers.csv").write_text(SERVERS + servers)
    return folder / "manifest.csv"


def test_inputs_are_those_with_labelled_servers_in_order_of_name(tmp_path: Path) -> None:
    manifest = write(
        tmp_path,
        "pcaps/b.pcap,x\npcaps/a.pcap,x\nunlabelled.pcap,x\n",
        "pcaps/b.pcap,8.8.8.8,443,malicious,c2,Fam\n"
        "pcaps/a.pcap,8.8.4.4,443,benign,,\n"
        "pcaps/a.pcap,8.8.4.5,443,ambiguous,,\n"
        "elsewhere.pcap,8.8.4.4,443,benign,,\n",
    )
    inputs = read_labelled(manifest)
    assert [each.name for each in inputs] == ["pcaps__a.pcap", "pcaps__b.pcap"]
    assert inputs[0].location == tmp_path / "pcaps/a.pcap"
    assert inputs[1].label_of("8.8.8.8", 443) == ServerLabel(True, "Fam", "c2")
    assert inputs[0].label_of("8.8.4.5", 443) is None


def test_a_label_without_port_holds_for_all_and_one_with_a_port_goes_first(tmp_path: Path) -> None:
    manifest = write(
        tmp_path, "a.pcap,x\n", "a.pcap,8.8.8.8,,benign,,\na.pcap,8.8.8.8,444,malicious,c2,F\n"
    )
    labelled = read_labelled(manifest)[0]
    assert labelled.label_of("8.8.8.8", 443) == ServerLabel(False, "", "")
    assert labelled.label_of("8.8.8.8", 444) == ServerLabel(True, "F", "c2")


def test_an_address_labels_its_server_however_it_is_written(tmp_path: Path) -> None:
    manifest = write(tmp_path, "a.pcap,x\n", "a.pcap, 2001:DB8::0001,443,benign,,\n")
    assert read_labelled(manifest)[0].label_of("2001:db8::1", 443) is not None


@pytest.mark.parametrize("text", ["", "example.com", "10.0.0.256", "8.8.8.8:443"])
def test_text_that_is_no_address_is_named_with_its_row(tmp_path: Path, text: str) -> None:
    manifest = write(tmp_path, "a.pcap,x\n", f"a.pcap,{text},443,benign,,\n")
    with pytest.raises(ManifestError, match=rf"servers\.csv, row 2: server_ip '{text}' is no IP"):
        read_labelled(manifest)


def test_the_kind_follows_the_path(tmp_path: Path) -> None:
    paths = ["a.pcap", "logs/x/bro/ssl.log", "tables/tls.csv.gz"]
    manifest = write(
        tmp_path,
        "".join(f"{path},x\n" for path in paths),
        "".join(f"{path},8.8.8.8,443,benign,,\n" for path in paths),
    )
    inputs = {each.kind: each.location for each in read_labelled(manifest)}
    assert inputs == {
        "capture": tmp_path / "a.pcap",
        "logs": tmp_path / "logs/x/bro",
        "table": tmp_path / "tables/tls.csv.gz",
    }


def test_servers_may_be_named_apart(tmp_path: Path) -> None:
    manifest = write(tmp_path, "a.pcap,x\n", "")
    other = tmp_path / "other.csv"
    other.write_text(SERVERS + "a.pcap,8.8.8.8,443,benign,,\n")
    assert read_labelled(manifest) == []
    assert len(read_labelled(manifest, other)) == 1


def test_tables_that_another_program_saved(tmp_path: Path) -> None:
    manifest = write(tmp_path, "a.pcap,x\n", "a.pcap,8.8.8.8,443,benign,,\n")
    for path in (manifest, tmp_path / "servers.csv"):
        path.write_text(path.read_text(), encoding="utf-8-sig")
    assert len(read_labelled(manifest)) == 1


def test_a_missing_file_or_column_or_a_bad_port_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"none\.csv: no such file"):
        read_labelled(tmp_path / "none.csv")
    manifest = write(tmp_path, "a.pcap,x\n", "a.pcap,8.8.8.8,http,benign,,\n")
    with pytest.raises(ManifestError, match=r"servers\.csv, row 2: server_port"):
        read_labelled(manifest)
    (tmp_path / "servers.csv").write_text("path,label\n")
    with pytest.raises(ManifestError, match="no column family, role, server_ip, server_port"):
        read_labelled(manifest)


def test_a_table_that_is_no_whole_csv_in_utf_8_is_named(tmp_path: Path) -> None:
    manifest = write(tmp_path, "a.pcap,x\n", "a.pcap,8.8.8.8,443,benign\n")
    with pytest.raises(ManifestError, match=r"servers\.csv, row 2: fewer fields than columns"):
        read_labelled(manifest)
    manifest.write_bytes(b"path,label\n\xff\n")
    with pytest.raises(ManifestError, match=r"manifest\.csv: no CSV in UTF-8"):
        read_labelled(manifest)


def test_of_many_labels_that_are_none_the_first_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"a.pcap,8.8.4.{number},443,x{number},,\n" for number in range(9))
    read_labelled(write(tmp_path, "a.pcap,x\n", rows + "a.pcap,8.8.8.8,443,benign,,\n"))
    told = capsys.readouterr().err
    assert "9 rows left out" in told
    assert ": x0, x1, " in told
    assert told.rstrip().endswith(", …")


def test_labels_are_read_in_any_case_and_what_is_left_out_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = write(
        tmp_path,
        "a.pcap,x\n",
        "a.pcap,8.8.8.8, 443,Malicious ,c2,Fam\na.pcap,8.8.4.4,443,bad,,\na.pcap,8.8.4.5,443,,,\n"
        "./a.pcap,8.8.4.6,443,benign,,\n",
    )
    (labelled,) = read_labelled(manifest)
    assert dict(labelled.servers) == {("8.8.8.8", 443): ServerLabel(True, "Fam", "c2")}
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("2 rows left out, neither malicious nor benign: bad, (empty)")
    assert second.endswith("1 row left out, of no input in the manifest: ./a.pcap")


def test_contradictions_and_ports_out_of_range_are_named(tmp_path: Path) -> None:
    row = "a.pcap,8.8.8.8,443,benign,,\n"
    manifest = write(tmp_path, "a.pcap,x\n", row + row.replace("benign", "malicious"))
    with pytest.raises(ManifestError, match=r"row 3: an earlier row calls the same server the opp"):
        read_labelled(manifest)
    manifest = write(tmp_path, "a.pcap,x\n", row.replace("443", "65535"))
    assert read_labelled(manifest)[0].label_of("8.8.8.8", 65535) is not None
    manifest = write(tmp_path, "a.pcap,x\n", row.replace("443", "65536"))
    with pytest.raises(ManifestError, match=r"row 2: server_port is not a number up to 65535"):
        read_labelled(manifest)
