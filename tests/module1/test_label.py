from pathlib import Path

import polars as pl
import pytest

from capture.zeek_format import write_logs
from module1.features import connection_rows
from module1.features import main as features_main
from module1.label import labelled_rows, main, rows_of_inputs
from module1.tables import (
    ADDED,
    CONNECTIONS,
    CONNECTIONS_SCHEMA,
    connection_tables,
    read_connections,
)
from tests.module1.synthetic import connection, logs, one_of_each
from training.manifest import LabelledInput, ServerLabel

C2 = ServerLabel(malicious=True, family="Beacon", role="c2")
NORMAL = ServerLabel(malicious=False, family="", role="")


def labelled(servers: dict[tuple[str, int | None], ServerLabel]) -> LabelledInput:
    return LabelledInput("some__capture", Path("capture.pcap"), "capture", servers)


def test_connections_have_the_label_of_their_server() -> None:
    rows = labelled_rows(connection_rows(one_of_each()), labelled({("203.0.113.9", 443): C2}))
    assert dict(rows.schema) == CONNECTIONS_SCHEMA
    assert rows.select("label", "capture", "family", "role").unique().rows() == [
        (1, "some__capture", "Beacon", "c2")
    ]
    assert rows.select("client", "server", "port").unique().rows() == [
        ("10.0.0.5", "203.0.113.9", 443)
    ]
    assert rows["eventId"].to_list() == ["C3", "C1", "C2"]


def test_connections_to_other_ports_and_servers_are_left_out() -> None:
    rows = connection_rows(
        logs(
            ssl=[
                connection("C1"),
                connection("C2", **{"id.resp_p": 8443}),
                connection("C3", **{"id.resp_h": "203.0.113.10"}),
            ]
        )
    )
    found = labelled_rows(rows, labelled({("203.0.113.9", 443): NORMAL}))
    assert found.select("eventId", "label").rows() == [("C1", 0)]


def test_an_input_that_cannot_be_read_gives_a_warning_and_loses_no_other(tmp_path: Path) -> None:
    write_logs(one_of_each(), tmp_path / "logs")
    servers: dict[tuple[str, int | None], ServerLabel] = {("203.0.113.9", None): C2}
    inputs = [
        LabelledInput("broken", tmp_path / "missing.csv.gz", "table", servers),
        LabelledInput("whole", tmp_path / "logs", "logs", servers),
    ]
    warnings: list[str] = []
    rows = rows_of_inputs(inputs, warnings.append)
    assert rows["capture"].to_list() == ["whole"] * 3
    assert len(warnings) == 1
    assert "missing.csv.gz" in warnings[0]


def write_manifest(folder: Path) -> Path:
    write_logs(one_of_each(), folder / "logs" / "one")
    (folder / "manifest.csv").write_text("path\nlogs/one/ssl.log\n")
    (folder / "servers.csv").write_text(
        "path,server_ip,server_port,label,role,family\n"
        "logs/one/ssl.log,203.0.113.9,443,malicious,c2,Beacon\n"
    )
    return folder / "manifest.csv"


@pytest.mark.parametrize("command", [main, features_main])
def test_a_manifest_gives_the_same_bytes_each_time(
    command: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(command)
    manifest = write_manifest(tmp_path)
    for name in ("first", "second"):
        argv = ["--manifest", str(manifest), "--data", str(tmp_path / name)]
        assert command(argv) == 0
    first, second = (tmp_path / name / CONNECTIONS for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    assert read_connections(tmp_path / "first")["family"].to_list() == ["Beacon"] * 3
    assert capsys.readouterr().err == ""


def test_labelled_folders_give_added_connections(tmp_path: Path) -> None:
    folder = tmp_path / "Malicious" / "beacon" / "bro"
    write_logs(one_of_each(), folder)
    conn = (folder / "conn.log").read_text().splitlines()
    labelled_lines = [
        line + {"#fields": "\tlabel", "#types": "\tstring"}.get(line.split("\t")[0], "")
        if line.startswith("#")
        else line + ("\tMalicious" if "C1" in line else "\tBackground")
        for line in conn
    ]
    (folder / "conn_label.log").write_text("\n".join(labelled_lines) + "\n")
    assert main(["--data", str(tmp_path)]) == 0
    rows = read_connections(tmp_path)
    assert rows.select("eventId", "label", "family").rows() == [("C1", 1, "beacon")]


def test_a_labelled_folder_without_labels_gives_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_logs(one_of_each(), tmp_path / "Normal" / "office" / "bro")
    write_manifest(tmp_path)
    added = tmp_path / ADDED
    added.write_bytes(b"former")
    assert main(["--data", str(tmp_path)]) == 3
    message = capsys.readouterr().err
    assert "IPadr.txt: cannot be read (no such file" in message
    assert f"{added}: not written" in message
    assert added.read_bytes() == b"former"


def test_captures_that_cannot_be_read_replace_no_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = write_manifest(tmp_path)
    options = ["--manifest", str(manifest), "--data", str(tmp_path)]
    assert main(options) == 0
    former = (tmp_path / CONNECTIONS).read_bytes()
    (tmp_path / "logs" / "one").rename(tmp_path / "elsewhere")
    assert main(options) == 3
    assert "not written" in capsys.readouterr().err
    assert (tmp_path / CONNECTIONS).read_bytes() == former


def test_a_shipped_table_is_replaced_with_a_line_that_says_how_to_get_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest, shipped = write_manifest(tmp_path), tmp_path / "shipped"
    monkeypatch.setattr("module1.label.DATA", shipped)
    shipped.mkdir()
    (shipped / CONNECTIONS).write_bytes(b"shipped")
    assert main(["--manifest", str(manifest)]) == 0
    line = capsys.readouterr().err
    assert line.startswith(f"warning: replaced {shipped / CONNECTIONS}, which training reads; git")
    assert main(["--manifest", str(manifest)]) == 0
    assert capsys.readouterr().err == ""


def test_a_connection_of_a_manifest_and_of_a_labelled_folder_counts_once(tmp_path: Path) -> None:
    manifest, data = write_manifest(tmp_path), tmp_path / "data"
    folder = data / "Malicious" / "logs__one__ssl.log" / "bro"
    write_logs(one_of_each(), folder)
    (folder / "IPadr.txt").write_text("Malicious\n203.0.113.9\n")
    assert main(["--manifest", str(manifest), "--data", str(data)]) == 0
    assert main(["--data", str(data)]) == 0
    assert sorted(path.name for path in connection_tables(data)) == [ADDED, CONNECTIONS]
    rows = read_connections(data)
    assert rows.select("eventId", "family").rows() == [
        ("C3", "Beacon"),
        ("C1", "Beacon"),
        ("C2", "Beacon"),
    ]


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["--data", "{folder}"], "no Malicious/<name>/bro"),
        (["--manifest", "{folder}/none.csv"], "none.csv: no such file"),
        (["--contest", "{folder}/none.csv"], "none.csv"),
    ],
)
def test_what_is_not_there_is_one_line_and_exit_status_3(
    argv: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([each.format(folder=tmp_path) for each in argv]) == 3
    message = capsys.readouterr().err
    assert reason in message
    assert message.count("\n") == 1


def test_labelled_captures_of_the_corpus_give_rows_of_both_classes(shared_data: Path) -> None:
    from training.inputs import read_input
    from training.manifest import read_labelled

    wanted = "tables__2022-02-23-Emotet-FormBook__tls.csv.gz"
    (source,) = (
        each for each in read_labelled(shared_data / "manifest.csv") if each.name == wanted
    )
    rows = labelled_rows(connection_rows(read_input(source)), source)
    assert rows.filter(pl.col("label") == 1).height == 74
    assert rows["label"].unique().sort().to_list() == [0, 1]
