import shutil
from pathlib import Path

import polars as pl
import pytest

from capture.zeek_format import parse_log, write_logs
from module2.label import label_flows, label_folder, main
from tests.module2.small_logs import CLIENT, SERVER, flow, logs_of, tls
from training.dataset_folders import AddressList, DatasetError, DatasetFolder

OTHER = "203.0.113.99"


def dataset_folder(data: Path, name: str, addresses: str, side: str = "Malicious") -> DatasetFolder:
    """Return a folder with logs of two servers and an address list."""
    logs = data / side / name / "bro"
    ends = [{"uid": "C1"}, {"uid": "C2", "id_resp_h": OTHER}]
    write_logs(logs_of([flow(**each) for each in ends], [tls(**each) for each in ends]), logs)
    (logs / "IPadr.txt").write_text(addresses)
    return DatasetFolder(name, side, logs)


def labels_of(folder: DatasetFolder) -> list[tuple[str, str]]:
    content = (folder.logs / "conn_label.log").read_bytes()
    table = parse_log(content, "conn", keep_extra=True)
    return table.select("id.resp_h", "label").sort("id.resp_h").rows()


def test_a_flow_of_a_listed_server_or_client_has_the_label_of_the_list() -> None:
    conn = logs_of([flow(), flow(uid="C2", id_orig_h="10.9.9.9", id_resp_h=OTHER)]).conn
    for address, expected in (
        (SERVER, ["Malicious", "Background"]),
        ("10.9.9.9", ["Background", "Malicious"]),
        (CLIENT, ["Malicious", "Background"]),
    ):
        listed = AddressList("Malicious", frozenset({address}))
        assert label_flows(conn, listed)["label"].to_list() == expected


def test_conn_label_log_has_every_flow_and_its_label(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", f"Malicious\n{SERVER}\n")
    assert label_folder(folder, pytest.fail) == 1
    assert labels_of(folder) == [(SERVER, "Malicious"), (OTHER, "Background")]


def test_the_first_line_decides_whatever_the_side_and_ends_of_line(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", f"\ufeffnormal\r\n\r\n{SERVER}\r\n")
    label_folder(folder, pytest.fail)
    assert (SERVER, "Normal") in labels_of(folder)


def test_ipv6_addresses_match_in_any_spelling(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", "Malicious\n2001:0DB8:0::0007\n")
    ends = {"id_resp_h": "2001:db8::7"}
    write_logs(logs_of([flow(**ends)], [tls(**ends)]), folder.logs)
    assert label_folder(folder, pytest.fail) == 1


def test_addresses_that_never_appear_are_warned_of(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", "Malicious\n192.0.2.200\n")
    warnings: list[str] = []
    assert label_folder(folder, warnings.append) == 0
    assert len(warnings) == 1
    assert "no address of IPadr.txt appears" in warnings[0]


def test_a_folder_without_ssl_log_is_warned_of(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", f"Malicious\n{SERVER}\n")
    (folder.logs / "ssl.log").unlink()
    warnings: list[str] = []
    label_folder(folder, warnings.append)
    assert len(warnings) == 1
    assert "no ssl.log" in warnings[0]


def test_labels_of_before_do_not_outlive_what_they_were_made_of(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", f"Malicious\n{SERVER}\n")
    label_folder(folder, pytest.fail)
    (folder.logs / "IPadr.txt").write_text("Evil\n")
    with pytest.raises(DatasetError, match="first line"):
        label_folder(folder, pytest.fail)
    assert not (folder.logs / "conn_label.log").exists()


def test_labels_that_somebody_gave_without_a_list_stay(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", f"Malicious\n{SERVER}\n")
    label_folder(folder, pytest.fail)
    (folder.logs / "IPadr.txt").unlink()
    with pytest.raises(DatasetError, match="cannot be read"):
        label_folder(folder, pytest.fail)
    assert (SERVER, "Malicious") in labels_of(folder)


def test_a_capture_that_is_added_later_is_labelled(pcaps: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Malicious" / "a"
    (folder / "bro").mkdir(parents=True)
    (folder / "bro" / "IPadr.txt").write_text("Malicious\n203.0.113.66\n")
    for name in ("browsing.pcap", "beacon.pcap"):
        shutil.copy(pcaps / name, folder)
        assert main(["--data", str(tmp_path)]) == 0
    assert ("203.0.113.66", "Malicious") in labels_of(
        DatasetFolder("a", "Malicious", folder / "bro")
    )


def test_one_bad_folder_does_not_end_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset_folder(tmp_path, "bad", "")
    (tmp_path / "Malicious" / "empty" / "bro").mkdir(parents=True)
    good = dataset_folder(tmp_path, "good", f"Normal\n{OTHER}\n", side="Normal")
    assert main(["--data", str(tmp_path)]) == 0
    warnings = capsys.readouterr().err.splitlines()
    assert len(warnings) == 2
    assert all(line.startswith("warning: ") for line in warnings)
    assert (OTHER, "Normal") in labels_of(good)


def test_a_data_set_of_which_nothing_can_be_labelled_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset_folder(tmp_path, "bad", "Evil\n")
    assert main(["--data", str(tmp_path)]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert "first line must be Malicious or Normal" in lines[0]
    assert lines[1:] == [f"{tmp_path}: nothing in it could be labelled"]


def test_a_manifest_of_which_nothing_can_be_read_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("path\ngone.pcap\n")
    (tmp_path / "servers.csv").write_text(
        f"path,server_ip,server_port,label,role,family\ngone.pcap,{SERVER},443,benign,,\n"
    )
    assert main(["--manifest", str(manifest), "--data", str(tmp_path / "data")]) == 3
    assert f"{manifest}: nothing in it could be labelled" in capsys.readouterr().err


def test_a_data_set_without_folders_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 3
    assert "no Malicious/<name>/bro or Normal/<name>/bro in it" in capsys.readouterr().err


def test_a_manifest_makes_a_data_set_labelled_by_server(tmp_path: Path) -> None:
    write_logs(logs_of([flow(), flow(uid="C2", id_resp_h=OTHER)], [tls()]), tmp_path / "logs/x/bro")
    (tmp_path / "manifest.csv").write_text("path\nlogs/x/bro/ssl.log\n")
    (tmp_path / "servers.csv").write_text(
        "path,server_ip,server_port,label,role,family\n"
        f"logs/x/bro/ssl.log,{SERVER},443,malicious,c2,F\n"
    )
    data = tmp_path / "data"
    assert main(["--manifest", str(tmp_path / "manifest.csv"), "--data", str(data)]) == 0
    folder = data / "Malicious" / "logs__x__bro__ssl.log" / "bro"
    found = labels_of(DatasetFolder("x", "Malicious", folder))
    assert found == [(SERVER, "Malicious"), (OTHER, "Background")]
    assert sorted(path.name for path in folder.iterdir()) == [
        "conn.log",
        "conn_label.log",
        "dns.log",
        "ssl.log",
        "x509.log",
    ]


def test_logs_are_made_from_a_capture_beside_the_log_folder(pcaps: Path, tmp_path: Path) -> None:
    captures = sorted(pcaps.glob("*.pcap"))
    logs = tmp_path / "Malicious" / "one" / "bro"
    logs.mkdir(parents=True)
    (logs.parent / captures[0].name).write_bytes(captures[0].read_bytes())
    (logs / "IPadr.txt").write_text("Malicious\n192.0.2.200\n")
    label_folder(DatasetFolder("one", "Malicious", logs), lambda line: None)
    made = parse_log((logs / "conn_label.log").read_bytes(), "conn", keep_extra=True)
    assert made.height > 0
    assert made["label"].unique().to_list() == ["Background"]


def test_labels_keep_the_columns_of_conn_log(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "one", f"Malicious\n{SERVER}\n")
    label_folder(folder, pytest.fail)
    before = parse_log((folder.logs / "conn.log").read_bytes(), "conn")
    after = parse_log((folder.logs / "conn_label.log").read_bytes(), "conn", keep_extra=True)
    assert after.columns == [*before.columns, "label"]
    assert after.drop("label").equals(before.sort("ts", maintain_order=True))
    assert isinstance(after["label"].dtype, pl.String)
