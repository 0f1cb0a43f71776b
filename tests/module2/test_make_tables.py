from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from capture.logs import Logs
from capture.zeek_format import write_logs
from module2 import features, label
from module2.columns import FEATURES, ORIGIN
from module2.features import server_rows
from module2.labelled_rows import TABLE_SCHEMA
from module2.make_tables import main, rows_of_folder
from tests.module2.small_logs import SERVER, answer, certificate, flow, logs_of, tls
from training.dataset_folders import DatasetError, DatasetFolder
from training.tables import read_table

OTHER = "203.0.113.99"
COLUMNS = ["label", *FEATURES, *ORIGIN]


def small_logs() -> Logs:
    return logs_of(
        [flow(duration=1.0), flow(uid="C2", id_resp_h=OTHER)],
        [tls(cert_chain_fps=["f1"], server_name="a.example"), tls(uid="C2", id_resp_h=OTHER)],
        [certificate(san_dns=["a.example"])],
        [answer()],
    )


def labelled_folder(data: Path, name: str, addresses: str, side: str) -> DatasetFolder:
    logs = data / side / name / "bro"
    write_logs(small_logs(), logs)
    (logs / "IPadr.txt").write_text(addresses)
    return DatasetFolder(name, side, logs)


def labelled_manifest(folder: Path) -> list[str]:
    """Write logs with a manifest of them; return the arguments that name it."""
    write_logs(small_logs(), folder / "logs/x/bro")
    (folder / "manifest.csv").write_text("path\nlogs/x/bro/ssl.log\n")
    (folder / "servers.csv").write_text(
        "path,server_ip,server_port,label,role,family\n"
        f"logs/x/bro/ssl.log,{SERVER},443,malicious,c2,F\n"
        f"logs/x/bro/ssl.log,{OTHER},,benign,,\n"
    )
    return ["--manifest", str(folder / "manifest.csv"), "--data", str(folder)]


def test_labelled_folders_give_a_table_each_and_a_merged_one(tmp_path: Path) -> None:
    labelled_folder(tmp_path, "bad-one", f"Malicious\n{SERVER}\n", "Malicious")
    labelled_folder(tmp_path, "good-one", f"Normal\n{OTHER}\n", "Normal")
    assert label.main(["--data", str(tmp_path)]) == 0
    assert features.main(["--data", str(tmp_path)]) == 0
    tables = tmp_path / "data_model"
    malicious = read_table(tables / "bad-one.csv", TABLE_SCHEMA)
    merged = read_table(tables / "merged.csv", TABLE_SCHEMA)
    assert merged.columns == COLUMNS
    assert merged.select("label", "server", "family", "capture").rows() == [
        (1, SERVER, "bad-one", "Malicious__bad-one"),
        (0, OTHER, "", "Normal__good-one"),
    ]
    assert malicious.equals(merged.head(1))
    expected = server_rows(small_logs()).filter(pl.col("server") == SERVER)
    assert malicious.select(FEATURES).equals(expected.select(FEATURES))


def test_folders_of_one_name_on_both_sides_have_tables_of_their_own(tmp_path: Path) -> None:
    labelled_folder(tmp_path, "same", f"Malicious\n{SERVER}\n", "Malicious")
    labelled_folder(tmp_path, "same", f"Normal\n{OTHER}\n", "Normal")
    labelled_folder(tmp_path, "merged", f"Normal\n{OTHER}\n", "Normal")
    label.main(["--data", str(tmp_path)])
    assert main(["--data", str(tmp_path)]) == 0
    assert sorted(path.name for path in (tmp_path / "data_model").iterdir()) == [
        "Malicious__same.csv",
        "Normal__merged.csv",
        "Normal__same.csv",
        "merged.csv",
    ]
    assert read_table(tmp_path / "data_model/merged.csv", TABLE_SCHEMA).height == 3


def test_rows_of_a_manifest_are_of_its_captures_and_families_either_way(tmp_path: Path) -> None:
    manifest = labelled_manifest(tmp_path)
    assert label.main(manifest) == 0
    assert main(manifest) == 0
    assert main(["--data", str(tmp_path)]) == 0
    tables = tmp_path / "data_model"
    origin = ["label", "capture", "family", "role"]
    merged = read_table(tables / "merged.csv", TABLE_SCHEMA).select(origin)
    assert merged.equals(read_table(tables / "servers.csv.gz", TABLE_SCHEMA).select(origin))
    assert merged.rows() == [
        (1, "logs__x__bro__ssl.log", "F", "c2"),
        (0, "logs__x__bro__ssl.log", "", ""),
    ]


def test_a_server_with_one_malicious_flow_is_malicious(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path, "one", f"Malicious\n{SERVER}\n", "Malicious")
    flows = [flow(uid="C0"), flow(uid="C1"), flow(uid="C2", id_resp_h=OTHER)]
    write_logs(replace(small_logs(), conn=logs_of(flows).conn), folder.logs)
    label.main(["--data", str(tmp_path)])
    path = folder.logs / "conn_label.log"
    first, *others = path.read_text().replace("Background", "Normal").split("\tC0\t")
    path.write_text(
        "\tC0\t".join([first, *(each.replace("Malicious", "Normal", 1) for each in others)])
    )
    found = rows_of_folder(folder).select("server", "label", "family")
    assert found.rows() == [(SERVER, 1, "one"), (OTHER, 0, "")]


@pytest.mark.parametrize(
    ("removed", "message"),
    [
        ("ssl.log", "no ssl.log, so no rows"),
        ("conn_label.log", "first run python project.py label module2 --data {data}$"),
    ],
)
def test_what_a_folder_lacks_is_named(tmp_path: Path, removed: str, message: str) -> None:
    folder = labelled_folder(tmp_path, "one", f"Malicious\n{SERVER}\n", "Malicious")
    label.main(["--data", str(tmp_path)])
    (folder.logs / removed).unlink()
    with pytest.raises(DatasetError, match=message.format(data=tmp_path)):
        rows_of_folder(folder)


def test_a_folder_whose_addresses_never_spoke_tls_gives_no_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled_folder(tmp_path, "one", "Malicious\n192.0.2.200\n", "Malicious")
    label.main(["--data", str(tmp_path)])
    capsys.readouterr()
    merged = tmp_path / "data_model" / "merged.csv"
    merged.parent.mkdir()
    merged.write_text("former")
    assert main(["--data", str(tmp_path)]) == 3
    message = capsys.readouterr().err
    assert "none of its labelled addresses spoke TLS, so no rows" in message
    assert f"{merged}: not written" in message
    assert merged.read_text() == "former"


def test_a_shipped_table_is_replaced_with_a_line_that_says_how_to_get_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_logs(small_logs(), tmp_path / "logs/x/bro")
    (tmp_path / "manifest.csv").write_text("path\nlogs/x/bro/ssl.log\n")
    (tmp_path / "servers.csv").write_text(
        "path,server_ip,server_port,label,role,family\n"
        f"logs/x/bro/ssl.log,{SERVER},443,malicious,c2,F\n"
    )
    shipped = tmp_path / "data_model" / "servers.csv.gz"
    shipped.parent.mkdir()
    shipped.write_bytes(b"shipped")
    monkeypatch.setattr("module2.make_tables.DATASET", tmp_path)
    assert main(["--manifest", str(tmp_path / "manifest.csv"), "--data", str(tmp_path)]) == 0
    line = capsys.readouterr().err
    assert line.startswith(f"warning: replaced {shipped}, which training reads; git -C ")


def test_captures_that_cannot_be_read_replace_no_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manifest.csv").write_text("path\ngone.pcap\n")
    (tmp_path / "servers.csv").write_text(
        f"path,server_ip,server_port,label,role,family\ngone.pcap,{SERVER},443,malicious,c2,F\n"
    )
    table = tmp_path / "data_model" / "servers.csv.gz"
    table.parent.mkdir()
    table.write_bytes(b"former")
    assert main(["--manifest", str(tmp_path / "manifest.csv"), "--data", str(tmp_path)]) == 3
    assert f"{table}: not written" in capsys.readouterr().err
    assert table.read_bytes() == b"former"


def test_a_conn_label_log_without_labels_is_named(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path, "one", f"Malicious\n{SERVER}\n", "Malicious")
    (folder.logs / "conn_label.log").write_bytes((folder.logs / "conn.log").read_bytes())
    advice = f"no column label; run again python project.py label module2 --data {tmp_path}$"
    with pytest.raises(DatasetError, match=advice):
        rows_of_folder(folder)


def test_a_manifest_gives_one_table_with_origins(tmp_path: Path) -> None:
    arguments = labelled_manifest(tmp_path)
    assert main(arguments) == 0
    path = tmp_path / "data_model" / "servers.csv.gz"
    content = path.read_bytes()
    table = read_table(path, TABLE_SCHEMA)
    assert table.select("label", "server", "family", "role").rows() == [
        (1, SERVER, "F", "c2"),
        (0, OTHER, "", ""),
    ]
    assert main(arguments) == 0
    assert path.read_bytes() == content


def test_an_input_that_cannot_be_read_is_reported_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_logs(small_logs(), tmp_path / "logs/x/bro")
    (tmp_path / "manifest.csv").write_text("path\nlogs/x/bro/ssl.log\nlogs/gone/bro/ssl.log\n")
    (tmp_path / "servers.csv").write_text(
        "path,server_ip,server_port,label,role,family\n"
        f"logs/x/bro/ssl.log,{SERVER},443,malicious,c2,F\n"
        f"logs/gone/bro/ssl.log,{SERVER},443,malicious,c2,F\n"
    )
    assert main(["--manifest", str(tmp_path / "manifest.csv"), "--data", str(tmp_path)]) == 0
    assert "logs__gone__bro__ssl.log" in capsys.readouterr().err
    assert read_table(tmp_path / "data_model/servers.csv.gz", TABLE_SCHEMA).height == 1


def test_wrong_paths_end_with_a_line_and_status_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 3
    assert main(["--manifest", str(tmp_path / "none.csv"), "--data", str(tmp_path)]) == 3
    assert main(["--ctu", str(tmp_path / "none.csv"), "--data", str(tmp_path)]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 3
